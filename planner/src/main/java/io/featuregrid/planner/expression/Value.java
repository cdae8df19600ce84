package io.featuregrid.planner.expression;

/** A value that an expression has, by kind. Immutable. */
public sealed interface Value {
    Kind kind();

    /** The value as CPython's {@code repr} writes it, for messages. */
    static String repr(Value value) {
        return ValueText.repr(value, false);
    }

    /** {@code None}. */
    record Nothing() implements Value {
        @Override
        public Kind kind() {
            return Kind.NONE;
        }
    }

    record Truth(boolean value) implements Value {
        @Override
        public Kind kind() {
            return Kind.BOOL;
        }
    }

    record Whole(long value) implements Value {
        @Override
        public Kind kind() {
            return Kind.INT;
        }
    }

    record Real(double value) implements Value {
        @Override
        public Kind kind() {
            return Kind.FLOAT;
        }
    }

    record Text(String value) implements Value {
        @Override
        public Kind kind() {
            return Kind.STR;
        }
    }

    /** An aware datetime in UTC. */
    record Moment(long micros) implements Value {
        @Override
        public Kind kind() {
            return Kind.DATETIME;
        }
    }

    /** Days since the epoch. */
    record Day(long days) implements Value {
        @Override
        public Kind kind() {
            return Kind.DATE;
        }
    }

    /** Here of 64 bits of microseconds: what goes beyond fails. */
    record Span(long micros) implements Value {
        @Override
        public Kind kind() {
            return Kind.TIMEDELTA;
        }
    }
}
