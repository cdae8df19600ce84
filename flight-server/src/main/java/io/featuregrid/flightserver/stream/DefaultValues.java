package io.featuregrid.flightserver.stream;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.definition.Values;
import org.jspecify.annotations.Nullable;

/** Shows MISSING as a feature's default. A carried null stays null. */
final class DefaultValues {
    private DefaultValues() {}

    /**
     * The column with the default in place of each MISSING; the column itself if there is no default or nothing is MISSING.
     *
     * @param failed rows that are MISSING because they could not be computed: these stay so
     */
    static Column show(Column column, Values values, boolean[] failed) {
        Object value = values.defaultValue();
        if (value == null || column.presence() == null) {
            return column;
        }
        Column shown = column(values.type(), value);
        byte @Nullable [] bytes = column.type().variable() ? shown.bytesAt(0) : null;
        long bits = bytes == null ? shown.bitsAt(0) : 0;
        ColumnBuilder builder = new ColumnBuilder(column.type(), column.rows());
        for (int row = 0; row < column.rows(); row++) {
            if (column.isPresent(row)) {
                builder.copy(row, column, row);
            } else if (failed[row]) {
                builder.setMissing(row);
            } else if (bytes != null) {
                builder.setBytes(row, bytes);
            } else {
                builder.setBits(row, bits);
            }
        }
        return builder.build();
    }

    private static Column column(FeatureType type, Object value) {
        ColumnBuilder builder = new ColumnBuilder(type.columnType(), 1);
        TypedValues.set(type, builder, 0, value);
        return builder.build();
    }
}
