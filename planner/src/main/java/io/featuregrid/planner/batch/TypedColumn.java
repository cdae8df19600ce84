package io.featuregrid.planner.batch;

/** The name and the type of a column. */
public record TypedColumn(String name, ColumnType type) {}
