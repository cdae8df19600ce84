package io.featuregrid.planner.expression;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Arithmetic of datetimes, dates and timedeltas. */
final class TimeArithmetic {
    private static final BigInteger[] UNITS = {
        BigInteger.valueOf(TimeFields.DAY),
        BigInteger.valueOf(1_000_000),
        BigInteger.ONE,
        BigInteger.valueOf(1_000),
        BigInteger.valueOf(60_000_000),
        BigInteger.valueOf(3_600_000_000L),
        BigInteger.valueOf(7 * TimeFields.DAY)
    };

    /** The order in which CPython adds up a timedelta's arguments: from microseconds to weeks. */
    private static final int[] ORDER = {2, 3, 1, 4, 5, 0, 6};

    private TimeArithmetic() {}

    /** The result; null if the operator is not defined between the two. */
    static @Nullable Value apply(BinaryOperator operator, Value left, Value right) {
        return switch (operator) {
            case ADD -> add(left, right);
            case SUBTRACT -> subtract(left, right);
            case MULTIPLY ->
                left instanceof Value.Span span
                        ? multiply(span, right)
                        : right instanceof Value.Span span ? multiply(span, left) : null;
            case DIVIDE -> left instanceof Value.Span span ? divide(span, right) : null;
            case FLOOR_DIVIDE -> left instanceof Value.Span span ? floorDivide(span, right) : null;
            case REMAINDER ->
                left instanceof Value.Span span && right instanceof Value.Span divisor
                        ? new Value.Span(IntegerArithmetic.remainder(span.micros(), divisor.micros()))
                        : null;
            case POWER, BIT_AND, BIT_OR, BIT_XOR, SHIFT_LEFT, SHIFT_RIGHT -> null;
        };
    }

    private static @Nullable Value add(Value left, Value right) {
        if (left instanceof Value.Span span && right instanceof Value.Span other) {
            return new Value.Span(IntegerArithmetic.add(span.micros(), other.micros()));
        }
        if (left instanceof Value.Span span) {
            return later(right, span.micros());
        }
        return right instanceof Value.Span span ? later(left, span.micros()) : null;
    }

    private static @Nullable Value later(Value time, long micros) {
        return switch (time) {
            case Value.Moment moment -> TimeFields.moment(saturatedAdd(moment.micros(), micros));
            case Value.Day day -> TimeFields.day(day.days() + Math.floorDiv(micros, TimeFields.DAY));
            default -> null;
        };
    }

    /** A sum that overflows lies beyond all years anyway. */
    private static long saturatedAdd(long left, long right) {
        long sum = left + right;
        return ((left ^ sum) & (right ^ sum)) < 0 ? (right < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    private static @Nullable Value subtract(Value left, Value right) {
        if (right instanceof Value.Span span) {
            return switch (left) {
                case Value.Span other -> new Value.Span(IntegerArithmetic.subtract(other.micros(), span.micros()));
                case Value.Moment moment ->
                    span.micros() == Long.MIN_VALUE
                            ? TimeFields.moment(Long.MAX_VALUE)
                            : TimeFields.moment(saturatedAdd(moment.micros(), -span.micros()));
                // CPython takes the negative of the timedelta's days, which it has rounded down.
                case Value.Day day -> TimeFields.day(day.days() - Math.floorDiv(span.micros(), TimeFields.DAY));
                default -> null;
            };
        }
        if (left instanceof Value.Moment moment && right instanceof Value.Moment other) {
            return new Value.Span(moment.micros() - other.micros());
        }
        if (left instanceof Value.Day day && right instanceof Value.Day other) {
            return new Value.Span((day.days() - other.days()) * TimeFields.DAY);
        }
        return null;
    }

    private static @Nullable Value multiply(Value.Span span, Value factor) {
        if (Operands.integral(factor)) {
            return new Value.Span(IntegerArithmetic.multiply(span.micros(), Operands.whole(factor)));
        }
        if (!(factor instanceof Value.Real real)) {
            return null;
        }
        BigInteger[] ratio = ratio(real.value());
        return span(IntegerArithmetic.divideToNearest(
                BigInteger.valueOf(span.micros()).multiply(ratio[0]), ratio[1]));
    }

    private static @Nullable Value divide(Value.Span span, Value divisor) {
        if (divisor instanceof Value.Span other) {
            return new Value.Real(IntegerArithmetic.divide(span.micros(), other.micros()));
        }
        if (!Operands.numeric(divisor)) {
            return null;
        }
        BigInteger[] ratio = divisor instanceof Value.Real real
                ? ratio(real.value())
                : new BigInteger[] {BigInteger.valueOf(Operands.whole(divisor)), BigInteger.ONE};
        if (ratio[0].signum() == 0) {
            throw EvaluationException.zero("division by zero");
        }
        return span(IntegerArithmetic.divideToNearest(
                BigInteger.valueOf(span.micros()).multiply(ratio[1]), ratio[0]));
    }

    private static @Nullable Value floorDivide(Value.Span span, Value divisor) {
        if (divisor instanceof Value.Span other) {
            return new Value.Whole(IntegerArithmetic.floorDivide(span.micros(), other.micros()));
        }
        return Operands.integral(divisor)
                ? new Value.Span(IntegerArithmetic.floorDivide(span.micros(), Operands.whole(divisor)))
                : null;
    }

    /** A float as a fraction of ints. */
    private static BigInteger[] ratio(double value) {
        if (Double.isNaN(value)) {
            throw EvaluationException.value("cannot convert NaN to integer ratio");
        }
        if (Double.isInfinite(value)) {
            throw EvaluationException.overflow("cannot convert Infinity to integer ratio");
        }
        BigDecimal exact = new BigDecimal(value);
        return new BigInteger[] {exact.unscaledValue(), BigInteger.TEN.pow(exact.scale())};
    }

    private static Value span(BigInteger micros) {
        if (micros.bitLength() > 63) {
            throw EvaluationException.overflow("timedelta beyond 64 bits of microseconds");
        }
        return new Value.Span(micros.longValue());
    }

    /** {@code timedelta(days, seconds, microseconds, milliseconds, minutes, hours, weeks)}. */
    static Value span(Value[] arguments) {
        BigInteger total = BigInteger.ZERO;
        double rest = 0;
        for (int index : ORDER) {
            Value argument = arguments[index];
            if (Operands.integral(argument)) {
                total = total.add(UNITS[index].multiply(BigInteger.valueOf(Operands.whole(argument))));
            } else if (argument instanceof Value.Real real) {
                double value = real.value();
                BigInteger whole = integer(value);
                total = total.add(UNITS[index].multiply(whole));
                double fraction = value % 1.0;
                if (fraction != 0) {
                    double micros = fraction * UNITS[index].doubleValue();
                    total = total.add(integer(micros));
                    rest += micros % 1.0;
                }
            } else {
                throw EvaluationException.type("unsupported type for timedelta component: " + TypeNames.of(argument));
            }
        }
        return span(total.add(rounded(rest, total.testBit(0))));
    }

    /** What is left below a microsecond, rounded so that a half makes the total even. */
    private static BigInteger rounded(double rest, boolean odd) {
        double nearest = Math.floor(Math.abs(rest) + 0.5);
        if (Math.abs(rest) == 0x1.fffffffffffffp-2) {
            nearest = 0;
        }
        nearest = Math.copySign(nearest, rest);
        if (Math.abs(nearest - rest) == 0.5) {
            double one = odd ? 1 : 0;
            double half = (rest + one) * 0.5;
            nearest = 2.0 * Math.copySign(Math.floor(Math.abs(half) + 0.5), half) - one;
        }
        return BigInteger.valueOf((long) nearest);
    }

    private static BigInteger integer(double value) {
        if (Double.isNaN(value)) {
            throw EvaluationException.value("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(value)) {
            throw EvaluationException.overflow("cannot convert float infinity to integer");
        }
        return new BigDecimal(value).toBigInteger();
    }
}
