package io.featuregrid.planner.definition;

/** A feature that a set once had: by it old rows and files are read. */
public record RemovedFeature(String name, int number, FeatureType type, int sinceEpoch, int untilEpoch) {}
