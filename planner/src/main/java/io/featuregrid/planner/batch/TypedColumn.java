package io.featuregrid.planner.batch;

/**
 * The name and the type of a column.
 *
 * @param valueType the declared type where the column is of a feature, else how its values lie in memory
 */
public record TypedColumn(String name, ValueType valueType) {
    /** How the column's values lie in memory. */
    public ColumnType type() {
        return valueType.columnType();
    }
}
