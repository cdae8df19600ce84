package io.featuregrid.planner.expression;

/** An operator between two values, as CPython means it. */
public enum BinaryOperator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    /** {@code /}: true division. */
    DIVIDE,
    /** {@code //}: rounds to the lower side. */
    FLOOR_DIVIDE,
    /** {@code %}: has the sign of the divisor; of a text: not supported. */
    REMAINDER,
    POWER,
    BIT_AND,
    BIT_OR,
    BIT_XOR,
    SHIFT_LEFT,
    SHIFT_RIGHT
}
