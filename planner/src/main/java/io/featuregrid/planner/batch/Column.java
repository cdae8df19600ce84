package io.featuregrid.planner.batch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The values of one column over memory that its batch owns. Immutable; safe to read from several threads while the batch is open.
 *
 * <p>A row is MISSING (not present), null (present, not valid) or a value. Bitmaps have one bit a row, least significant first; an
 * absent bitmap means that every bit is set. The memory of a MISSING or null row is undefined.
 *
 * @param rows number of rows
 * @param values {@code rows} values of {@link ColumnType#width()} bytes, a bitmap for BOOL, the bytes for types of variable length;
 *     little-endian
 * @param offsets {@code rows + 1} int32 offsets into {@code values} for types of variable length, else null
 * @param validity null or which rows are not null
 * @param presence null or which rows are not MISSING
 */
public record Column(
        ColumnType type,
        int rows,
        MemorySegment values,
        @Nullable MemorySegment offsets,
        @Nullable MemorySegment validity,
        @Nullable MemorySegment presence) {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    public Column {
        if (type.variable() != (offsets != null)) {
            throw new IllegalArgumentException(type + " column with offsets " + offsets);
        }
    }

    /** Whether the row is not MISSING. */
    public boolean isPresent(int row) {
        return presence == null || bit(presence, row);
    }

    /** Whether the row holds a value: it is neither MISSING nor null. */
    public boolean hasValue(int row) {
        return isPresent(row) && (validity == null || bit(validity, row));
    }

    /** The value of an INT64 or TIMESTAMP row. */
    public long longAt(int row) {
        return values.get(LONG, (long) row * Long.BYTES);
    }

    /** The value of an INT32 or DATE row. */
    public int intAt(int row) {
        return values.get(INT, (long) row * Integer.BYTES);
    }

    /** The value of a FLOAT64 row, bit for bit. */
    public double doubleAt(int row) {
        return Double.longBitsToDouble(longAt(row));
    }

    /** The value of a BOOL row. */
    public boolean booleanAt(int row) {
        return bit(values, row);
    }

    /** A copy of the bytes of a row of a type of variable length. */
    public byte[] bytesAt(int row) {
        if (offsets == null) {
            throw new IllegalStateException("bytes asked of a column of type " + type);
        }
        int from = offsets.get(INT, (long) row * Integer.BYTES);
        int to = offsets.get(INT, (row + 1L) * Integer.BYTES);
        return values.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
    }

    /**
     * The row as one long: INT64 and TIMESTAMP as they are, FLOAT64 as its bits, INT32 and DATE sign-extended, BOOL as 0 or 1.
     *
     * @throws IllegalArgumentException for a type of variable length
     */
    public long bitsAt(int row) {
        return switch (type) {
            case INT64, TIMESTAMP, FLOAT64 -> longAt(row);
            case INT32, DATE -> intAt(row);
            case BOOL -> booleanAt(row) ? 1 : 0;
            case STRING, BINARY, DECIMAL, NESTED ->
                throw new IllegalArgumentException("bits asked of a column of type " + type);
        };
    }

    /** The row's value as text for a message: strings quoted, "null", "MISSING". */
    public String describe(int row) {
        if (!isPresent(row)) {
            return "MISSING";
        }
        if (!hasValue(row)) {
            return "null";
        }
        return switch (type) {
            case INT64, INT32 -> Long.toString(bitsAt(row));
            case FLOAT64 -> Double.toString(doubleAt(row));
            case BOOL -> Boolean.toString(booleanAt(row));
            case TIMESTAMP -> io.featuregrid.planner.time.Timestamps.format(longAt(row));
            case DATE -> java.time.LocalDate.ofEpochDay(intAt(row)).toString();
            case STRING -> '"' + new String(bytesAt(row), StandardCharsets.UTF_8) + '"';
            case BINARY, DECIMAL, NESTED -> bytesAt(row).length + " bytes";
        };
    }

    private static boolean bit(MemorySegment bitmap, int row) {
        return (bitmap.get(ValueLayout.JAVA_BYTE, row >> 3) >> (row & 7) & 1) != 0;
    }
}
