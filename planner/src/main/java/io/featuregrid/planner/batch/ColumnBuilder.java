package io.featuregrid.planner.batch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects the values of a column in any order of rows, on the heap. Every row starts as MISSING; a later value of a row replaces the
 * earlier. Different rows may be set by different threads, if a fence lies between the last set and {@link #build}.
 */
public final class ColumnBuilder {
    private static final byte MISSING = 0;
    private static final byte NULL = 1;
    private static final byte VALUE = 2;

    private final ColumnType type;
    private final byte[] states;
    private final long @Nullable [] bits;
    private final byte @Nullable [] @Nullable [] bytes;

    public ColumnBuilder(ColumnType type, int rows) {
        this.type = type;
        this.states = new byte[rows];
        this.bits = type.variable() ? null : new long[rows];
        this.bytes = type.variable() ? new byte[rows][] : null;
    }

    public ColumnType type() {
        return type;
    }

    public int rows() {
        return states.length;
    }

    public void setMissing(int row) {
        states[row] = MISSING;
    }

    public void setNull(int row) {
        states[row] = NULL;
    }

    /** Sets a value of fixed width, in the form of {@link Column#bitsAt}. */
    public void setBits(int row, long value) {
        fixed()[row] = value;
        states[row] = VALUE;
    }

    public void setDouble(int row, double value) {
        setBits(row, Double.doubleToRawLongBits(value));
    }

    /** Sets a value of variable length; the array is kept, not copied, and must not change. */
    public void setBytes(int row, byte[] value) {
        variable()[row] = value;
        states[row] = VALUE;
    }

    /** Copies one row of a column of the same type, whatever its state. */
    public void copy(int row, Column source, int sourceRow) {
        if (!source.isPresent(sourceRow)) {
            setMissing(row);
        } else if (!source.hasValue(sourceRow)) {
            setNull(row);
        } else if (type.variable()) {
            setBytes(row, source.bytesAt(sourceRow));
        } else {
            setBits(row, source.bitsAt(sourceRow));
        }
    }

    public boolean isPresent(int row) {
        return states[row] != MISSING;
    }

    public boolean hasValue(int row) {
        return states[row] == VALUE;
    }

    public long bitsAt(int row) {
        return fixed()[row];
    }

    public byte[] bytesAt(int row) {
        byte[] value = variable()[row];
        if (value == null) {
            throw new IllegalStateException("row " + row + " holds no value");
        }
        return value;
    }

    /** The column of all rows, over memory of its own. */
    public Column build() {
        int[] rows = new int[states.length];
        Arrays.setAll(rows, row -> row);
        return build(rows, rows.length);
    }

    /**
     * The column of chosen rows, over memory of its own.
     *
     * @param chosen row numbers of this builder, in the order of the result
     * @param count how many of them, from the first
     * @throws ArithmeticException if the bytes of a column of variable length exceed 2 GiB
     */
    public Column build(int[] chosen, int count) {
        MemorySegment validity = bitmap(chosen, count, VALUE);
        MemorySegment presence = bitmap(chosen, count, NULL);
        return switch (type) {
            case INT64, TIMESTAMP, FLOAT64 -> {
                long[] values = new long[count];
                for (int row = 0; row < count; row++) {
                    values[row] = fixed()[chosen[row]];
                }
                yield new Column(type, count, MemorySegment.ofArray(values), null, validity, presence);
            }
            case INT32, DATE -> {
                int[] values = new int[count];
                for (int row = 0; row < count; row++) {
                    values[row] = (int) fixed()[chosen[row]];
                }
                yield new Column(type, count, MemorySegment.ofArray(values), null, validity, presence);
            }
            case BOOL -> {
                byte[] values = new byte[(count + 7) >> 3];
                for (int row = 0; row < count; row++) {
                    values[row >> 3] |= (byte) ((fixed()[chosen[row]] & 1) << (row & 7));
                }
                yield new Column(type, count, MemorySegment.ofArray(values), null, validity, presence);
            }
            case STRING, BINARY, DECIMAL, NESTED -> buildVariable(chosen, count, validity, presence);
        };
    }

    private Column buildVariable(
            int[] chosen, int count, @Nullable MemorySegment validity, @Nullable MemorySegment presence) {
        int[] offsets = new int[count + 1];
        for (int row = 0; row < count; row++) {
            int length = hasValue(chosen[row]) ? bytesAt(chosen[row]).length : 0;
            offsets[row + 1] = Math.addExact(offsets[row], length);
        }
        byte[] values = new byte[offsets[count]];
        for (int row = 0; row < count; row++) {
            if (hasValue(chosen[row])) {
                byte[] value = bytesAt(chosen[row]);
                System.arraycopy(value, 0, values, offsets[row], value.length);
            }
        }
        return new Column(
                type, count, MemorySegment.ofArray(values), MemorySegment.ofArray(offsets), validity, presence);
    }

    /** One bit a chosen row whose state is at least the given one; null if all are. */
    private @Nullable MemorySegment bitmap(int[] chosen, int count, byte least) {
        byte[] bitmap = new byte[(count + 7) >> 3];
        boolean all = true;
        for (int row = 0; row < count; row++) {
            boolean set = states[chosen[row]] >= least;
            all &= set;
            bitmap[row >> 3] |= (byte) ((set ? 1 : 0) << (row & 7));
        }
        return all ? null : MemorySegment.ofArray(bitmap);
    }

    private long[] fixed() {
        if (bits == null) {
            throw new IllegalStateException("bits asked of a builder of type " + type);
        }
        return bits;
    }

    private byte[] @Nullable [] variable() {
        if (bytes == null) {
            throw new IllegalStateException("bytes asked of a builder of type " + type);
        }
        return bytes;
    }
}
