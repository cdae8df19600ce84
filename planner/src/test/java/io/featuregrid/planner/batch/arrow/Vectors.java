package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.Column;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.TransferPair;

/** Vectors out of plain values. Closing it frees them and fails if more was allocated. */
final class Vectors implements AutoCloseable {
    static final String NULL = "the null cell";

    private final BufferAllocator allocator = new RootAllocator();
    private final List<FieldVector> vectors = new ArrayList<>();

    BufferAllocator allocator() {
        return allocator;
    }

    /** A vector named {@code c}; integers, dates and times are given as Long, texts and bytes as String. */
    FieldVector vector(ArrowType type, List<?> cells) {
        FieldVector vector = Field.nullable("c", type).createVector(allocator);
        vectors.add(vector);
        vector.allocateNew();
        for (int row = 0; row < cells.size(); row++) {
            Object cell = cells.get(row);
            if (!NULL.equals(cell)) {
                set(vector, row, cell);
            } else if (vector instanceof BaseFixedWidthVector fixed) {
                fixed.setNull(row);
            }
        }
        vector.setValueCount(cells.size());
        return vector;
    }

    FieldVector nulls(int rows) {
        return new NullVector("c", rows);
    }

    /** Some rows of a vector, in memory that is shared with it. */
    FieldVector slice(FieldVector vector, int from, int rows) {
        TransferPair pair = vector.getTransferPair(allocator);
        pair.splitAndTransfer(from, rows);
        FieldVector slice = (FieldVector) pair.getTo();
        vectors.add(slice);
        return slice;
    }

    /** The values again and again, with a null in every third place. */
    static List<Object> withNulls(List<?> values, int rows) {
        List<Object> cells = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            cells.add(row % 3 == 1 ? NULL : values.get(row % values.size()));
        }
        return cells;
    }

    /** What a column holds at a row; MISSING and null both are {@link #NULL}. */
    static Object cell(Column column, int row) {
        if (!column.hasValue(row)) {
            return NULL;
        }
        return switch (column.type()) {
            case FLOAT64 -> column.doubleAt(row);
            case BOOL -> column.booleanAt(row);
            case STRING, BINARY, DECIMAL, NESTED -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
            case INT32, INT64, TIMESTAMP, DATE -> column.bitsAt(row);
        };
    }

    @Override
    public void close() {
        vectors.forEach(FieldVector::close);
        allocator.close();
    }

    private static void set(FieldVector vector, int row, Object cell) {
        switch (vector) {
            case BaseIntVector integers -> integers.setWithPossibleTruncate(row, (Long) cell);
            case Float8Vector floats -> floats.setSafe(row, (Double) cell);
            case Float4Vector floats -> floats.setSafe(row, (Float) cell);
            case Float2Vector floats -> floats.setSafeWithPossibleTruncate(row, (Float) cell);
            case BitVector bits -> bits.setSafe(row, cell.equals(true) ? 1 : 0);
            case VarCharVector texts -> texts.setSafe(row, utf8(cell));
            case LargeVarCharVector texts -> texts.setSafe(row, utf8(cell));
            case ViewVarCharVector texts -> texts.setSafe(row, utf8(cell));
            case VarBinaryVector bytes -> bytes.setSafe(row, utf8(cell));
            case DateDayVector days -> days.setSafe(row, ((Long) cell).intValue());
            case DateMilliVector millis -> millis.setSafe(row, (Long) cell);
            case TimeStampVector times -> times.setSafe(row, (Long) cell);
            default -> throw new IllegalArgumentException("vector is a " + vector.getClass());
        }
    }

    private static byte[] utf8(Object cell) {
        return ((String) cell).getBytes(StandardCharsets.UTF_8);
    }
}
