package io.featuregrid.gridnode.serve;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.TypedValues;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Writes one row of a column, which holds a value, as JSON. Chosen once a plan. */
@FunctionalInterface
interface ValueWriter {
    void write(JsonBytes json, Column column, int row);

    /** The writer of a type. */
    static ValueWriter of(FeatureType type) {
        ColumnType lies = type.columnType();
        if (lies == ColumnType.INT64) {
            return (json, column, row) -> json.number(column.longAt(row));
        }
        if (lies == ColumnType.FLOAT64) {
            return (json, column, row) -> json.number(column.doubleAt(row));
        }
        if (lies == ColumnType.BOOL) {
            return (json, column, row) -> json.flag(column.booleanAt(row));
        }
        if (lies == ColumnType.STRING) {
            return (json, column, row) -> json.string(column.bytesAt(row));
        }
        return (json, column, row) -> {
            Object value = Objects.requireNonNull(TypedValues.box(type, column, row));
            json.raw(TypedValues.write(type, value).toString().getBytes(StandardCharsets.UTF_8));
        };
    }
}
