package io.featuregrid.offline.layout;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Entity keys of many rows, column by column, in arrays that grow. Order: int64 signed, string by unsigned UTF-8 bytes, column by column.
 * The key of a global set has no column: all its rows are equal.
 */
public final class EntityKeys {
    private static final HashFunction MURMUR3 = Hashing.murmur3_32_fixed();

    private final ColumnType[] types;
    private final long[][] integers;
    private final byte[][][] strings;
    private int capacity;

    /**
     * Room for some rows, which grows when more are set.
     *
     * @param types INT64 or STRING, one a key column
     */
    public EntityKeys(List<ColumnType> types, int capacity) {
        this.types = types.toArray(ColumnType[]::new);
        this.integers = new long[this.types.length][];
        this.strings = new byte[this.types.length][][];
        this.capacity = capacity;
        for (int column = 0; column < this.types.length; column++) {
            switch (this.types[column]) {
                case INT64 -> integers[column] = new long[capacity];
                case STRING -> strings[column] = new byte[capacity][];
                default -> throw new IllegalArgumentException("key column of type " + this.types[column]);
            }
        }
    }

    public int columns() {
        return types.length;
    }

    public ColumnType type(int column) {
        return types[column];
    }

    public void setLong(int row, int column, long value) {
        integers[column][row] = value;
    }

    /** Sets a string; the array is kept, not copied. */
    public void setBytes(int row, int column, byte[] value) {
        strings[column][row] = value;
    }

    public long longAt(int row, int column) {
        return integers[column][row];
    }

    public byte[] bytesAt(int row, int column) {
        return strings[column][row];
    }

    /** Takes one row's value of one key column out of a column of values; it must have one. */
    public void set(int row, int column, Column source, int sourceRow) {
        if (types[column] == ColumnType.INT64) {
            setLong(row, column, source.longAt(sourceRow));
        } else {
            setBytes(row, column, source.bytesAt(sourceRow));
        }
    }

    /** Takes the first rows' values of one key column out of values that were read. */
    public void set(int column, ColumnBuilder source, int rows) {
        if (types[column] == ColumnType.INT64) {
            for (int row = 0; row < rows; row++) {
                setLong(row, column, source.bitsAt(row));
            }
        } else {
            for (int row = 0; row < rows; row++) {
                setBytes(row, column, source.bytesAt(row));
            }
        }
    }

    /** The canonical bytes of a row's key, as {@link io.featuregrid.planner.batch.KeyBytes} makes them. */
    public byte[] canonicalBytes(int row) {
        int length = 0;
        for (int column = 0; column < types.length; column++) {
            length += types[column] == ColumnType.INT64 ? Long.BYTES : Integer.BYTES + strings[column][row].length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < types.length; column++) {
            if (types[column] == ColumnType.INT64) {
                bytes.putLong(integers[column][row]);
            } else {
                bytes.putInt(strings[column][row].length).put(strings[column][row]);
            }
        }
        return bytes.array();
    }

    /** Makes room for at least that many rows. */
    public void ensureCapacity(int rows) {
        if (rows <= capacity) {
            return;
        }
        capacity = Math.max(rows, capacity + (capacity >> 1));
        for (int column = 0; column < types.length; column++) {
            if (types[column] == ColumnType.INT64) {
                integers[column] = Arrays.copyOf(integers[column], capacity);
            } else {
                strings[column] = Arrays.copyOf(strings[column], capacity);
            }
        }
    }

    /** Compares a row of these keys to a row of others of the same columns. */
    public int compare(int row, EntityKeys others, int otherRow) {
        for (int column = 0; column < types.length; column++) {
            int order = types[column] == ColumnType.INT64
                    ? Long.compare(integers[column][row], others.integers[column][otherRow])
                    : Arrays.compareUnsigned(strings[column][row], others.strings[column][otherRow]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /**
     * The bucket of a row's entity, 0 to 15. A single key column is hashed as Iceberg's bucket transform does, several by their canonical
     * bytes: int64 as 8 bytes little-endian, string as int32 little-endian length and UTF-8.
     */
    public int bucket(int row) {
        if (types.length == 0) {
            return 0;
        }
        if (types.length == 1) {
            int hash = types[0] == ColumnType.INT64
                    ? MURMUR3.hashLong(integers[0][row]).asInt()
                    : MURMUR3.hashBytes(strings[0][row]).asInt();
            return (hash & Integer.MAX_VALUE) % TableLayout.BUCKETS;
        }
        Hasher hasher = MURMUR3.newHasher();
        for (int column = 0; column < types.length; column++) {
            if (types[column] == ColumnType.INT64) {
                hasher.putLong(integers[column][row]);
            } else {
                hasher.putInt(strings[column][row].length).putBytes(strings[column][row]);
            }
        }
        return (hasher.hash().asInt() & Integer.MAX_VALUE) % TableLayout.BUCKETS;
    }
}
