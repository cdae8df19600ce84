package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ColumnType;

/** Any number of values of one type, in order; each may be null. */
public record ListType(FeatureType element) implements FeatureType {
    @Override
    public String text() {
        return "list<" + element.text() + ">";
    }

    @Override
    public ColumnType columnType() {
        return ColumnType.NESTED;
    }
}
