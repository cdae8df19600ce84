package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ColumnType;
import java.util.Locale;

/** A type that needs no more than its name. */
public enum ScalarType implements FeatureType {
    INT64(ColumnType.INT64),
    FLOAT64(ColumnType.FLOAT64),
    STRING(ColumnType.STRING),
    BOOL(ColumnType.BOOL),
    /** Microseconds since the epoch, UTC. */
    TIMESTAMP(ColumnType.TIMESTAMP),
    /** Days since the epoch. */
    DATE(ColumnType.DATE),
    BINARY(ColumnType.BINARY);

    private final ColumnType columnType;

    ScalarType(ColumnType columnType) {
        this.columnType = columnType;
    }

    @Override
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public ColumnType columnType() {
        return columnType;
    }
}
