package io.featuregrid.planner.batch;

import java.util.List;

/**
 * Named columns of equal length: the only thing that travels between modules. Who receives a batch closes it, once; its columns must not
 * be read after that. Reading from several threads is safe.
 */
public final class FeatureBatch implements AutoCloseable {
    private final List<String> names;
    private final List<Column> columns;
    private final int rows;
    private final Runnable release;
    private boolean closed;

    /**
     * @param names one a column, all different
     * @param rows the length of every column
     * @param release gives the columns' memory back; called once
     */
    public FeatureBatch(List<String> names, List<Column> columns, int rows, Runnable release) {
        if (names.size() != columns.size()) {
            throw new IllegalArgumentException(names.size() + " names for " + columns.size() + " columns");
        }
        for (int index = 0; index < names.size(); index++) {
            if (columns.get(index).rows() != rows) {
                throw new IllegalArgumentException("column '" + names.get(index) + "' has "
                        + columns.get(index).rows() + " rows (expected " + rows + ")");
            }
        }
        this.names = List.copyOf(names);
        this.columns = List.copyOf(columns);
        this.rows = rows;
        this.release = release;
    }

    /** A batch over heap memory, which nobody has to give back. */
    public static FeatureBatch onHeap(List<String> names, List<Column> columns, int rows) {
        return new FeatureBatch(names, columns, rows, () -> {});
    }

    public List<String> names() {
        return names;
    }

    public List<Column> columns() {
        return columns;
    }

    public Column column(int index) {
        return columns.get(index);
    }

    public int rows() {
        return rows;
    }

    /** Bytes of memory that the columns span. */
    public long sizeBytes() {
        long size = 0;
        for (Column column : columns) {
            size += column.values().byteSize();
            if (column.offsets() != null) {
                size += column.offsets().byteSize();
            }
        }
        return size;
    }

    /** Gives the memory back. A second call is a mistake of the caller's and fails. */
    @Override
    public void close() {
        if (closed) {
            throw new IllegalStateException("batch closed twice");
        }
        closed = true;
        release.run();
    }
}
