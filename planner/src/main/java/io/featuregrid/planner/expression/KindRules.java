package io.featuregrid.planner.expression;

import java.util.EnumSet;
import java.util.Set;

/** Which kinds an operation gives, by the kinds of what it is applied to; none if it cannot be applied to them. */
final class KindRules {
    static final Set<Kind> INTEGRAL = EnumSet.of(Kind.BOOL, Kind.INT);
    static final Set<Kind> NUMERIC = EnumSet.of(Kind.BOOL, Kind.INT, Kind.FLOAT);
    private static final Set<Kind> TIMES = EnumSet.of(Kind.DATETIME, Kind.DATE);
    private static final Set<Kind> ORDERED = EnumSet.of(Kind.STR, Kind.DATETIME, Kind.DATE, Kind.TIMEDELTA);
    private static final Set<Kind> NOTHING = EnumSet.noneOf(Kind.class);

    private KindRules() {}

    static Set<Kind> unary(UnaryOperator operator, Kind kind) {
        return switch (operator) {
            case NOT -> EnumSet.of(Kind.BOOL);
            case INVERT -> INTEGRAL.contains(kind) ? EnumSet.of(Kind.INT) : NOTHING;
            case NEGATE, PLUS ->
                INTEGRAL.contains(kind)
                        ? EnumSet.of(Kind.INT)
                        : kind == Kind.FLOAT || kind == Kind.TIMEDELTA ? EnumSet.of(kind) : NOTHING;
        };
    }

    static Set<Kind> binary(BinaryOperator operator, Kind left, Kind right) {
        if (NUMERIC.contains(left) && NUMERIC.contains(right)) {
            return numbers(operator, left, right);
        }
        return switch (operator) {
            case ADD -> sum(left, right);
            case SUBTRACT -> difference(left, right);
            case MULTIPLY -> product(left, right);
            case DIVIDE ->
                left != Kind.TIMEDELTA
                        ? NOTHING
                        : right == Kind.TIMEDELTA
                                ? EnumSet.of(Kind.FLOAT)
                                : NUMERIC.contains(right) ? EnumSet.of(Kind.TIMEDELTA) : NOTHING;
            case FLOOR_DIVIDE ->
                left != Kind.TIMEDELTA
                        ? NOTHING
                        : right == Kind.TIMEDELTA
                                ? EnumSet.of(Kind.INT)
                                : INTEGRAL.contains(right) ? EnumSet.of(Kind.TIMEDELTA) : NOTHING;
            case REMAINDER -> left == Kind.TIMEDELTA && right == Kind.TIMEDELTA ? EnumSet.of(Kind.TIMEDELTA) : NOTHING;
            case POWER, BIT_AND, BIT_OR, BIT_XOR, SHIFT_LEFT, SHIFT_RIGHT -> NOTHING;
        };
    }

    private static Set<Kind> numbers(BinaryOperator operator, Kind left, Kind right) {
        boolean real = left == Kind.FLOAT || right == Kind.FLOAT;
        return switch (operator) {
            case ADD, SUBTRACT, MULTIPLY, FLOOR_DIVIDE, REMAINDER -> EnumSet.of(real ? Kind.FLOAT : Kind.INT);
            case DIVIDE -> EnumSet.of(Kind.FLOAT);
            case POWER ->
                real
                        ? EnumSet.of(Kind.FLOAT)
                        : right == Kind.BOOL ? EnumSet.of(Kind.INT) : EnumSet.of(Kind.INT, Kind.FLOAT);
            case BIT_AND, BIT_OR, BIT_XOR ->
                real ? NOTHING : EnumSet.of(left == Kind.BOOL && right == Kind.BOOL ? Kind.BOOL : Kind.INT);
            case SHIFT_LEFT, SHIFT_RIGHT -> real ? NOTHING : EnumSet.of(Kind.INT);
        };
    }

    private static Set<Kind> sum(Kind left, Kind right) {
        if (left == Kind.STR && right == Kind.STR) {
            return EnumSet.of(Kind.STR);
        }
        if (left == Kind.TIMEDELTA && (right == Kind.TIMEDELTA || TIMES.contains(right))) {
            return EnumSet.of(right);
        }
        return right == Kind.TIMEDELTA && TIMES.contains(left) ? EnumSet.of(left) : NOTHING;
    }

    private static Set<Kind> difference(Kind left, Kind right) {
        if (right == Kind.TIMEDELTA) {
            return left == Kind.TIMEDELTA || TIMES.contains(left) ? EnumSet.of(left) : NOTHING;
        }
        return left == right && TIMES.contains(left) ? EnumSet.of(Kind.TIMEDELTA) : NOTHING;
    }

    private static Set<Kind> product(Kind left, Kind right) {
        Kind other = NUMERIC.contains(left) ? right : left;
        Kind factor = NUMERIC.contains(left) ? left : right;
        if (other == Kind.STR && INTEGRAL.contains(factor)) {
            return EnumSet.of(Kind.STR);
        }
        return other == Kind.TIMEDELTA && NUMERIC.contains(factor) ? EnumSet.of(Kind.TIMEDELTA) : NOTHING;
    }

    /** Whether a comparison of the two ever has an answer. */
    static boolean compares(ComparisonOperator operator, Kind left, Kind right) {
        return switch (operator) {
            case EQUAL, NOT_EQUAL -> true;
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> ordered(left, right);
            case IS, IS_NOT -> left != right || left == Kind.NONE || left == Kind.BOOL;
            case IN, NOT_IN -> left == Kind.STR && right == Kind.STR;
        };
    }

    static boolean ordered(Kind left, Kind right) {
        return (NUMERIC.contains(left) && NUMERIC.contains(right)) || (left == right && ORDERED.contains(left));
    }

    /** Whether values of a kind may be true, or false. */
    static boolean maybe(Kind kind, boolean truth) {
        return switch (kind) {
            case NONE -> !truth;
            case DATETIME, DATE -> truth;
            case BOOL, INT, FLOAT, STR, TIMEDELTA -> true;
        };
    }

    /** Which kinds an argument of a function may have; those of min and max are checked against each other. */
    static Set<Kind> accepted(Function function, int argument) {
        return switch (function) {
            case ABS -> EnumSet.of(Kind.BOOL, Kind.INT, Kind.FLOAT, Kind.TIMEDELTA);
            case MIN, MAX, STR, BOOL -> EnumSet.allOf(Kind.class);
            case ROUND -> argument == 0 ? NUMERIC : EnumSet.of(Kind.NONE, Kind.BOOL, Kind.INT);
            case LEN -> EnumSet.of(Kind.STR);
            case INT, FLOAT -> EnumSet.of(Kind.BOOL, Kind.INT, Kind.FLOAT, Kind.STR);
            case STR_STRIP, STR_LSTRIP, STR_RSTRIP ->
                argument == 0 ? EnumSet.of(Kind.STR) : EnumSet.of(Kind.NONE, Kind.STR);
            case STR_ZFILL -> argument == 0 ? EnumSet.of(Kind.STR) : INTEGRAL;
            case DATETIME_YEAR,
                    DATETIME_MONTH,
                    DATETIME_DAY,
                    DATETIME_WEEKDAY,
                    DATETIME_ISOWEEKDAY,
                    DATETIME_ISOFORMAT -> TIMES;
            case DATETIME_OF, DATE_OF -> INTEGRAL;
            case TIMEDELTA -> NUMERIC;
            default ->
                switch (Functions.family(function)) {
                    case "math" -> NUMERIC;
                    case "str" -> EnumSet.of(Kind.STR);
                    case "datetime" -> EnumSet.of(Kind.DATETIME);
                    default -> EnumSet.of(Kind.TIMEDELTA);
                };
        };
    }

    /**
     * What a function gives, of arguments that it accepts.
     *
     * @param first the kind of the first argument
     * @param rounded whether a second argument that is not None may be there
     * @param whole whether there may be none
     */
    static Set<Kind> result(Function function, Kind first, boolean rounded, boolean whole) {
        return switch (function) {
            case ABS -> EnumSet.of(first == Kind.BOOL ? Kind.INT : first);
            case ROUND -> {
                EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
                if (whole || first != Kind.FLOAT) {
                    kinds.add(Kind.INT);
                }
                if (rounded && first == Kind.FLOAT) {
                    kinds.add(Kind.FLOAT);
                }
                yield kinds;
            }
            case LEN, INT, MATH_FLOOR, MATH_CEIL, MATH_TRUNC, STR_FIND, STR_COUNT -> EnumSet.of(Kind.INT);
            case STR, DATETIME_ISOFORMAT -> EnumSet.of(Kind.STR);
            case FLOAT, DATETIME_TIMESTAMP, TIMEDELTA_TOTAL_SECONDS -> EnumSet.of(Kind.FLOAT);
            case BOOL,
                    MATH_ISNAN,
                    MATH_ISINF,
                    MATH_ISFINITE,
                    STR_STARTSWITH,
                    STR_ENDSWITH,
                    STR_ISDIGIT,
                    STR_ISALPHA,
                    STR_ISALNUM,
                    STR_ISSPACE -> EnumSet.of(Kind.BOOL);
            case DATETIME_DATE, DATE_OF -> EnumSet.of(Kind.DATE);
            case DATETIME_OF -> EnumSet.of(Kind.DATETIME);
            case TIMEDELTA -> EnumSet.of(Kind.TIMEDELTA);
            case MIN, MAX -> EnumSet.of(first);
            default ->
                switch (Functions.family(function)) {
                    case "math" -> EnumSet.of(Kind.FLOAT);
                    case "str" -> EnumSet.of(Kind.STR);
                    default -> EnumSet.of(Kind.INT);
                };
        };
    }
}
