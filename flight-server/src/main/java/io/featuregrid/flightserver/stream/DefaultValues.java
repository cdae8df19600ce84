package io.featuregrid.flightserver.stream;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.Values;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Shows MISSING as a feature's default. A carried null stays null. */
final class DefaultValues {
    private DefaultValues() {}

    /** The column with the default in place of each MISSING; the column itself if there is no default or nothing is MISSING. */
    static Column show(Column column, Values values) {
        Object value = values.defaultValue();
        if (value == null || column.presence() == null) {
            return column;
        }
        ColumnBuilder builder = new ColumnBuilder(column.type(), column.rows());
        byte @Nullable [] text = value instanceof String string ? string.getBytes(StandardCharsets.UTF_8) : null;
        long bits = bits(value);
        for (int row = 0; row < column.rows(); row++) {
            if (column.isPresent(row)) {
                builder.copy(row, column, row);
            } else if (text != null) {
                builder.setBytes(row, text);
            } else {
                builder.setBits(row, bits);
            }
        }
        return builder.build();
    }

    private static long bits(Object value) {
        return switch (value) {
            case Long whole -> whole;
            case Double number -> Double.doubleToRawLongBits(number);
            case Boolean flag -> flag ? 1 : 0;
            default -> 0;
        };
    }
}
