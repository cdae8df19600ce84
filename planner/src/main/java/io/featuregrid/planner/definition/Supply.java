package io.featuregrid.planner.definition;

/** Where the values of a feature come from. */
public enum Supply {
    /** Somebody writes them. */
    WRITTEN,
    /** A resolver gives them. */
    COMPUTED,
    /** Each request gives its own: never fetched, only logged. */
    REQUEST
}
