package io.featuregrid.planner.expression;

/** A value that an expression has, by kind. Immutable. */
public sealed interface Value {
    default Kind kind() {
        return switch (this) {
            case Nothing none -> Kind.NONE;
            case Truth truth -> Kind.BOOL;
            case Whole whole -> Kind.INT;
            case Real real -> Kind.FLOAT;
            case Text text -> Kind.STR;
            case Moment moment -> Kind.DATETIME;
            case Day day -> Kind.DATE;
            case Span span -> Kind.TIMEDELTA;
        };
    }

    /** The value as CPython's {@code repr} writes it, for messages. */
    static String repr(Value value) {
        return ValueText.repr(value, false);
    }

    /** {@code None}. */
    record Nothing() implements Value {}

    record Truth(boolean value) implements Value {}

    record Whole(long value) implements Value {}

    record Real(double value) implements Value {}

    record Text(String value) implements Value {}

    /** An aware datetime in UTC. */
    record Moment(long micros) implements Value {}

    /** Days since the epoch. */
    record Day(long days) implements Value {}

    /** Here of 64 bits of microseconds: what goes beyond fails. */
    record Span(long micros) implements Value {}
}
