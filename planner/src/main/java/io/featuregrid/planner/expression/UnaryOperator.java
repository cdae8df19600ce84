package io.featuregrid.planner.expression;

/** An operator on one value, as CPython means it. */
public enum UnaryOperator {
    NEGATE,
    PLUS,
    /** {@code not}: the opposite of the value's truth. */
    NOT,
    /** {@code ~}. */
    INVERT
}
