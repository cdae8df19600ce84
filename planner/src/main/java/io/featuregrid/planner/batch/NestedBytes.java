package io.featuregrid.planner.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of one value of a {@link ColumnType#NESTED} column, written here and read by {@link Cursor}. They hold values, no types: who
 * reads them knows what was written.
 *
 * <p>Everything is little-endian and follows without padding. An int64, a float64 and a timestamp take 8 bytes; a date and a float32 4; a
 * bool 1. A string, a binary and a decimal (its unscaled value, big-endian, two's complement, no byte more than needed) have an int32
 * length before their bytes. A list has its int32 count, then each element behind a byte that is 1, or 0 for null, which nothing follows.
 * A vector has its int32 count, then its elements alone, since none is null. A struct has its fields in their order, each behind such a
 * byte. For one thread.
 */
public final class NestedBytes {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int INITIAL_BYTES = 64;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int length;

    /** Begins the next value. */
    public void clear() {
        length = 0;
    }

    /** A copy of what was written since the last {@link #clear}. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Writes whether a value follows: the mark of an element or a field. */
    public void putPresent(boolean present) {
        putByte(present ? 1 : 0);
    }

    /** Writes a bool. */
    public void putBoolean(boolean value) {
        putByte(value ? 1 : 0);
    }

    /** Writes a date, the bits of a float32, or a vector's count. */
    public void putInt(int value) {
        ensureRoom(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
    }

    /** Writes an int64, a timestamp or the bits of a float64. */
    public void putLong(long value) {
        ensureRoom(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** Writes a string, a binary or a decimal: its length and its bytes. */
    public void putBytes(byte[] value) {
        putInt(value.length);
        putRaw(value);
    }

    /** Writes bytes as they are: the elements of a vector. */
    public void putRaw(byte[] value) {
        ensureRoom(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    /** Leaves room for the count of a list whose length is not known yet; answers the place for {@link #endList}. */
    public int beginList() {
        putInt(0);
        return length - Integer.BYTES;
    }

    /** States the count of a list that was begun at a place. */
    public void endList(int place, int count) {
        INT.set(bytes, place, count);
    }

    /** Writes a value of fixed width in the form of {@link Column#bitsAt}. */
    public void putBits(ColumnType type, long value) {
        switch (type) {
            case INT64, FLOAT64, TIMESTAMP -> putLong(value);
            case INT32, DATE -> putInt((int) value);
            case BOOL -> putBoolean(value != 0);
            case STRING, BINARY, DECIMAL, NESTED ->
                throw new IllegalArgumentException("bits of a value of type " + type);
        }
    }

    private void putByte(int value) {
        ensureRoom(1);
        bytes[length++] = (byte) value;
    }

    private void ensureRoom(int more) {
        int needed = Math.addExact(length, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, 2L * bytes.length)));
        }
    }

    /** Reads the bytes of a value from the first to the last. For one thread. */
    public static final class Cursor {
        private byte[] bytes = {};
        private int position;

        /** Goes to the begin of a value. */
        public Cursor reset(byte[] value) {
            bytes = value;
            position = 0;
            return this;
        }

        public boolean present() {
            return bytes[position++] != 0;
        }

        public boolean nextBoolean() {
            return bytes[position++] != 0;
        }

        public int nextInt() {
            int value = (int) INT.get(bytes, position);
            position += Integer.BYTES;
            return value;
        }

        public long nextLong() {
            long value = (long) LONG.get(bytes, position);
            position += Long.BYTES;
            return value;
        }

        public byte[] nextBytes() {
            return nextRaw(nextInt());
        }

        /** So many bytes as they are. */
        public byte[] nextRaw(int count) {
            byte[] value = Arrays.copyOfRange(bytes, position, Math.addExact(position, count));
            position += count;
            return value;
        }

        /** A value of fixed width, in the form of {@link Column#bitsAt}. */
        public long nextBits(ColumnType type) {
            return switch (type) {
                case INT64, FLOAT64, TIMESTAMP -> nextLong();
                case INT32, DATE -> nextInt();
                case BOOL -> nextBoolean() ? 1 : 0;
                case STRING, BINARY, DECIMAL, NESTED ->
                    throw new IllegalArgumentException("bits of a value of type " + type);
            };
        }
    }
}
