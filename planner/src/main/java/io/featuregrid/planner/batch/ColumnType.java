package io.featuregrid.planner.batch;

/** How the values of a column lie in memory; each is exactly one Arrow type. */
public enum ColumnType {
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
    BINARY(-1);

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
}
