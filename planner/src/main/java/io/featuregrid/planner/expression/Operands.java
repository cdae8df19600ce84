package io.featuregrid.planner.expression;

/** Values as arithmetic sees them: a bool is an int, an int may stand for a float. */
final class Operands {
    static final Value NONE = new Value.Nothing();
    static final Value TRUE = new Value.Truth(true);
    static final Value FALSE = new Value.Truth(false);
    static final Value EMPTY = new Value.Text("");

    private Operands() {}

    static Value truth(boolean value) {
        return value ? TRUE : FALSE;
    }

    static boolean integral(Value value) {
        return value instanceof Value.Whole || value instanceof Value.Truth;
    }

    static boolean numeric(Value value) {
        return value instanceof Value.Whole || value instanceof Value.Real || value instanceof Value.Truth;
    }

    /** The int of an integral value. */
    static long whole(Value value) {
        return value instanceof Value.Whole whole ? whole.value() : ((Value.Truth) value).value() ? 1 : 0;
    }

    /** The float of a numeric value, an int rounded to the nearest. */
    static double real(Value value) {
        return value instanceof Value.Real real ? real.value() : (double) whole(value);
    }

    /** What an index, a width or the like is given as. */
    static long index(Value value) {
        if (!integral(value)) {
            throw EvaluationException.type("'" + TypeNames.of(value) + "' object cannot be interpreted as an integer");
        }
        return whole(value);
    }

    /** An argument of a function of {@code math}. */
    static double argument(Value value) {
        if (!numeric(value)) {
            throw EvaluationException.type("must be real number, not " + TypeNames.of(value));
        }
        return real(value);
    }

    /** Whether CPython takes the value for true. */
    static boolean isTrue(Value value) {
        return switch (value) {
            case Value.Nothing nothing -> false;
            case Value.Truth truth -> truth.value();
            case Value.Whole whole -> whole.value() != 0;
            case Value.Real real -> real.value() != 0;
            case Value.Text text -> !text.value().isEmpty();
            case Value.Moment moment -> true;
            case Value.Day day -> true;
            case Value.Span span -> span.micros() != 0;
        };
    }
}
