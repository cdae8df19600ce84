package io.featuregrid.planner.expression;

/** What kind of value an expression has, by the type of CPython that it stands for. */
public enum Kind {
    /** {@code None}. */
    NONE,
    /** {@code bool}, which is an int to arithmetic. */
    BOOL,
    /** {@code int}, here of 64 bits: what goes beyond fails. */
    INT,
    /** {@code float}. */
    FLOAT,
    /** {@code str}, a sequence of code points. */
    STR,
    /** {@code datetime.datetime} in UTC. */
    DATETIME,
    /** {@code datetime.date}. */
    DATE,
    /** {@code datetime.timedelta}. */
    TIMEDELTA
}
