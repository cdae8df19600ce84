package io.featuregrid.planner.expression;

/** An operator that compares two values, as CPython means it. */
public enum ComparisonOperator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    /** {@code is}, with None, True or False on one side. */
    IS,
    IS_NOT,
    /** {@code in}: of a text in a text. */
    IN,
    NOT_IN
}
