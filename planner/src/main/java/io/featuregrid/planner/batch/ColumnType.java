package io.featuregrid.planner.batch;

/** How the values of a column lie in memory. */
public enum ColumnType implements ValueType {
    /** 4 bytes a value. Only columns of the system have it. */
    INT32(4),
    INT64(8),
    FLOAT64(8),
    /** Microseconds since the epoch, UTC: 8 bytes a value. */
    TIMESTAMP(8),
    /** Days since the epoch: 4 bytes a value. */
    DATE(4),
    /** One bit a value, least significant first. */
    BOOL(0),
    /** UTF-8 bytes behind 4-byte offsets. */
    STRING(-1),
    /** Bytes behind 4-byte offsets. */
    BINARY(-1),
    /** The unscaled value, big-endian in two's complement without a byte more than needed, behind 4-byte offsets. */
    DECIMAL(-1),
    /** Each value's {@link NestedBytes} behind 4-byte offsets: lists, structs and vectors. */
    NESTED(-1);

    private final int width;

    ColumnType(int width) {
        this.width = width;
    }

    /** Bytes a value; 0 for bits, -1 for values of variable length. */
    public int width() {
        return width;
    }

    public boolean variable() {
        return width < 0;
    }

    @Override
    public ColumnType columnType() {
        return this;
    }
}
