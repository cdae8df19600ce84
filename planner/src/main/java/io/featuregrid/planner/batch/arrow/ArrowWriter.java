package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.NestedBytes;
import io.featuregrid.planner.batch.ValueType;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** Columns to Arrow vectors. */
public final class ArrowWriter {
    private ArrowWriter() {}

    /** A vector of the column as it lies in memory: decimals and nested values, whose type is not stated, as binary. */
    public static FieldVector write(String name, Column column, BufferAllocator allocator) {
        return write(name, column.type(), column, allocator);
    }

    /**
     * A vector with a copy of the column; MISSING and null are both null in it. The caller closes the vector.
     *
     * @param type the column's
     * @throws org.apache.arrow.memory.OutOfMemoryException if the allocator has no room; nothing is left allocated then
     */
    public static FieldVector write(String name, ValueType type, Column column, BufferAllocator allocator) {
        FieldVector vector = ArrowTypes.field(name, type).createVector(allocator);
        try {
            switch (type) {
                case DecimalType decimal -> fillDecimals((DecimalVector) vector, column);
                case ListType list -> fillNested(vector, list, column);
                case StructType struct -> fillNested(vector, struct, column);
                case VectorType numbers -> fillNested(vector, numbers, column);
                default -> fill(vector, column);
            }
        } catch (RuntimeException failure) {
            vector.close();
            throw failure;
        }
        return vector;
    }

    private static void fill(FieldVector vector, Column column) {
        int rows = column.rows();
        MemorySegment offsets = column.offsets();
        if (offsets != null) {
            BaseVariableWidthVector variable = (BaseVariableWidthVector) vector;
            int from = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            int to = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, (long) rows * Integer.BYTES);
            variable.allocateNew((long) to - from, rows);
            copy(column.values().asSlice(from, to - from), variable.getDataBuffer(), to - from);
            ArrowBuf target = variable.getOffsetBuffer();
            for (long row = 0; row <= rows; row++) {
                int offset = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, row * Integer.BYTES);
                target.setInt(row * Integer.BYTES, offset - from);
            }
            variable.setLastSet(rows - 1);
        } else {
            BaseFixedWidthVector fixed = (BaseFixedWidthVector) vector;
            fixed.allocateNew(rows);
            long bytes = column.type().width() == 0
                    ? (rows + 7L) >> 3
                    : (long) rows * column.type().width();
            copy(column.values(), fixed.getDataBuffer(), bytes);
        }
        fillValidity(vector.getValidityBuffer(), column);
        // For a vector of variable length setValueCount would fill the offsets behind lastSet, which is why that is set
        // above.
        vector.setValueCount(rows);
    }

    private static void fillDecimals(DecimalVector vector, Column column) {
        vector.allocateNew(column.rows());
        for (int row = 0; row < column.rows(); row++) {
            if (column.hasValue(row)) {
                vector.setBigEndian(row, column.bytesAt(row));
            }
        }
        vector.setValueCount(column.rows());
    }

    private static void fillNested(FieldVector vector, FeatureType type, Column column) {
        vector.setInitialCapacity(column.rows());
        vector.allocateNew();
        NestedWriter.Values values = NestedWriter.into(vector, type);
        NestedBytes.Cursor cursor = new NestedBytes.Cursor();
        for (int row = 0; row < column.rows(); row++) {
            if (column.hasValue(row)) {
                values.write(row, cursor.reset(column.bytesAt(row)));
            }
        }
        vector.setValueCount(column.rows());
    }

    private static void fillValidity(ArrowBuf target, Column column) {
        int rows = column.rows();
        for (int index = 0; index < (rows + 7) >> 3; index++) {
            int bits = byteAt(column.validity(), index) & byteAt(column.presence(), index);
            int inside = Math.min(8, rows - (index << 3));
            target.setByte(index, bits & ((1 << inside) - 1));
        }
    }

    private static int byteAt(@Nullable MemorySegment bitmap, int index) {
        return bitmap == null ? 0xff : bitmap.get(ValueLayout.JAVA_BYTE, index);
    }

    private static void copy(MemorySegment source, ArrowBuf target, long bytes) {
        if (bytes > 0) {
            MemorySegment.copy(source, 0, ArrowMemory.segment(target), 0, bytes);
        }
    }
}
