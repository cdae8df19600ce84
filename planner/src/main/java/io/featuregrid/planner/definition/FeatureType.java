package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ColumnType;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The type of a feature's values. */
public enum FeatureType {
    INT64("int64", ColumnType.INT64),
    FLOAT64("float64", ColumnType.FLOAT64),
    STRING("string", ColumnType.STRING),
    BOOL("bool", ColumnType.BOOL),
    TIMESTAMP("timestamp", ColumnType.TIMESTAMP),
    DATE("date", ColumnType.DATE);

    private final String text;
    private final ColumnType columnType;

    FeatureType(String text, ColumnType columnType) {
        this.text = text;
        this.columnType = columnType;
    }

    /** How the type is written in a catalog. */
    public String text() {
        return text;
    }

    /** How its values lie in memory. */
    public ColumnType columnType() {
        return columnType;
    }

    public static Optional<FeatureType> ofText(String text) {
        return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
    }

    /** All texts, for messages. */
    public static String expected() {
        return Arrays.stream(values()).map(FeatureType::text).collect(Collectors.joining(", "));
    }
}
