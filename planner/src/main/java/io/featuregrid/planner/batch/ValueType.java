package io.featuregrid.planner.batch;

/**
 * What the values of a column are: a {@link ColumnType} by itself, or a declared type that says more than how its values lie in memory, such
 * as a decimal's scale or the elements of a list.
 */
public interface ValueType {
    /** How the values lie in memory. */
    ColumnType columnType();
}
