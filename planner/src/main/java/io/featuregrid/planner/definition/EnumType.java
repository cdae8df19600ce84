package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ColumnType;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One of a few texts.
 *
 * @param values all different, at least one; kept sorted, since their order means nothing
 */
public record EnumType(List<String> values) implements FeatureType {
    private static final int MOST_VALUES = 1_000;

    public EnumType {
        if (values.isEmpty() || values.size() > MOST_VALUES) {
            throw new IllegalArgumentException(
                    "an enum of " + values.size() + " values (expected 1 to " + MOST_VALUES + ")");
        }
        TreeSet<String> sorted = new TreeSet<>(values);
        if (sorted.size() < values.size()) {
            throw new IllegalArgumentException(
                    "an enum with a value twice: " + values + " (expected different values)");
        }
        values = List.copyOf(sorted);
    }

    @Override
    public String text() {
        return values.stream().map(TypeText::ofValue).collect(Collectors.joining("|", "enum<", ">"));
    }

    @Override
    public ColumnType columnType() {
        return ColumnType.STRING;
    }
}
