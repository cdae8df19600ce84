package io.featuregrid.planner.definition;

/** A set that the catalog once had: its history stays under its name, so a set of the same name starts beside it. */
public record RemovedSet(String name, int number) {}
