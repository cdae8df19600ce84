package io.featuregrid.flightserver.stream;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Joins columns end to end, so that many small batches of a spine become few look-ups. */
final class ColumnConcatenation {
    private ColumnConcatenation() {}

    /**
     * The rows of all parts in order: a copy on the heap, or the only part itself.
     *
     * @param parts at least one, all of one type
     * @throws ArithmeticException if a column of variable length exceeds 2 GiB
     */
    static Column of(List<Column> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        ColumnType type = parts.getFirst().type();
        int rows = parts.stream().mapToInt(Column::rows).reduce(0, Math::addExact);
        MemorySegment validity = bits(parts, rows, Column::validity);
        MemorySegment presence = bits(parts, rows, Column::presence);
        return switch (type) {
            case INT64, FLOAT64, TIMESTAMP, INT32, DATE ->
                new Column(type, rows, fixed(parts, rows, type.width()), null, validity, presence);
            case BOOL -> new Column(type, rows, packed(parts, rows, Column::values), null, validity, presence);
            case STRING, BINARY, DECIMAL, NESTED -> variable(parts, rows, validity, presence);
        };
    }

    private static MemorySegment fixed(List<Column> parts, int rows, int width) {
        // Arrays of the values' own width, so that readers may use aligned access.
        MemorySegment target =
                width == Long.BYTES ? MemorySegment.ofArray(new long[rows]) : MemorySegment.ofArray(new int[rows]);
        long position = 0;
        for (Column part : parts) {
            long bytes = (long) part.rows() * width;
            MemorySegment.copy(part.values(), 0, target, position, bytes);
            position += bytes;
        }
        return target;
    }

    private static Column variable(
            List<Column> parts, int rows, @Nullable MemorySegment validity, @Nullable MemorySegment presence) {
        int[] offsets = new int[rows + 1];
        int row = 0;
        for (Column part : parts) {
            for (int index = 0; index < part.rows(); index++) {
                int length = offsetAt(part, index + 1) - offsetAt(part, index);
                offsets[row + 1] = Math.addExact(offsets[row], length);
                row++;
            }
        }
        MemorySegment values = MemorySegment.ofArray(new byte[offsets[rows]]);
        long position = 0;
        for (Column part : parts) {
            int from = offsetAt(part, 0);
            int bytes = offsetAt(part, part.rows()) - from;
            MemorySegment.copy(part.values(), from, values, position, bytes);
            position += bytes;
        }
        return new Column(parts.getFirst().type(), rows, values, MemorySegment.ofArray(offsets), validity, presence);
    }

    private static int offsetAt(Column column, int index) {
        MemorySegment offsets = column.offsets();
        // A column without rows may come without its one offset.
        return offsets == null || column.rows() == 0
                ? 0
                : offsets.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * Integer.BYTES);
    }

    private static @Nullable MemorySegment bits(
            List<Column> parts, int rows, Function<Column, @Nullable MemorySegment> bitmap) {
        return parts.stream().allMatch(part -> bitmap.apply(part) == null) ? null : packed(parts, rows, bitmap);
    }

    /** One bit a row; all set where a part has no bitmap. */
    private static MemorySegment packed(
            List<Column> parts, int rows, Function<Column, @Nullable MemorySegment> bitmap) {
        byte[] target = new byte[(rows + 7) >> 3];
        int row = 0;
        for (Column part : parts) {
            MemorySegment source = bitmap.apply(part);
            for (int index = 0; index < part.rows(); index++, row++) {
                int bit = source == null ? 1 : source.get(ValueLayout.JAVA_BYTE, index >> 3) >> (index & 7) & 1;
                target[row >> 3] |= (byte) (bit << (row & 7));
            }
        }
        return MemorySegment.ofArray(target);
    }
}
