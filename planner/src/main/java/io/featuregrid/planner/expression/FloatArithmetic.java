package io.featuregrid.planner.expression;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Arithmetic of floats as CPython does it, signed zeros, infinities and NaN included. */
final class FloatArithmetic {
    private static final double TWO_TO_63 = 0x1p63;

    /** Beyond these a float has no digits to round, or nothing but. */
    private static final int MOST_DIGITS = 323;

    private static final int LEAST_DIGITS = -308;

    private FloatArithmetic() {}

    static double divide(double left, double right) {
        if (right == 0) {
            throw EvaluationException.zero("float division by zero");
        }
        return left / right;
    }

    static double floorDivide(double left, double right) {
        if (right == 0) {
            throw EvaluationException.zero("float floor division by zero");
        }
        double rest = left % right;
        double quotient = (left - rest) / right;
        if (rest != 0 && (right < 0) != (rest < 0)) {
            quotient -= 1.0;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, left / right);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1.0 : floor;
    }

    static double remainder(double left, double right) {
        if (right == 0) {
            throw EvaluationException.zero("float modulo");
        }
        double rest = left % right;
        if (rest == 0) {
            return Math.copySign(0.0, right);
        }
        return (right < 0) != (rest < 0) ? rest + right : rest;
    }

    static double power(double base, double exponent) {
        if (exponent == 0 || base == 1.0) {
            return 1.0;
        }
        if (Double.isNaN(base) || Double.isNaN(exponent)) {
            return Double.NaN;
        }
        if (Double.isInfinite(exponent)) {
            double size = Math.abs(base);
            return size == 1.0 ? 1.0 : (exponent > 0) == (size > 1.0) ? Double.POSITIVE_INFINITY : 0.0;
        }
        boolean odd = Math.abs(exponent) % 2.0 == 1.0;
        if (Double.isInfinite(base)) {
            if (exponent > 0) {
                return odd ? base : Math.abs(base);
            }
            return odd ? Math.copySign(0.0, base) : 0.0;
        }
        if (base == 0) {
            if (exponent < 0) {
                throw EvaluationException.zero("0.0 cannot be raised to a negative power");
            }
            return odd ? base : 0.0;
        }
        if (base < 0 && exponent != Math.floor(exponent)) {
            throw EvaluationException.type("a negative float to a power that is no integer is complex: not supported");
        }
        boolean negative = base < 0 && odd;
        if (base == -1.0) {
            return negative ? -1.0 : 1.0;
        }
        double power = CLibrary.pow(Math.abs(base), exponent);
        if (Double.isInfinite(power)) {
            throw EvaluationException.overflow("(34, 'Numerical result out of range')");
        }
        return negative ? -power : power;
    }

    /** Compares exactly; a NaN is neither less, equal nor greater: {@link Integer#MIN_VALUE}. */
    static int compare(long left, double right) {
        if (Double.isNaN(right)) {
            return Integer.MIN_VALUE;
        }
        if (right >= TWO_TO_63) {
            return -1;
        }
        if (right < -TWO_TO_63) {
            return 1;
        }
        long truncated = (long) right;
        return left != truncated ? Long.compare(left, truncated) : Double.compare(0.0, right - truncated + 0.0);
    }

    /** Cuts off what is behind the point. */
    static long truncate(double value) {
        if (Double.isNaN(value)) {
            throw EvaluationException.value("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(value)) {
            throw EvaluationException.overflow("cannot convert float infinity to integer");
        }
        if (value >= TWO_TO_63 || value < -TWO_TO_63) {
            throw EvaluationException.beyond();
        }
        return (long) value;
    }

    /** Rounded to digits behind the point, from the exact value, half to even. */
    static double round(double value, long digits) {
        if (Double.isNaN(value) || Double.isInfinite(value) || value == 0 || digits > MOST_DIGITS) {
            return value;
        }
        if (digits < LEAST_DIGITS) {
            return 0.0 * value;
        }
        BigDecimal exact = new BigDecimal(value).setScale((int) digits, RoundingMode.HALF_EVEN);
        double rounded = Double.parseDouble(exact.toString());
        if (Double.isInfinite(rounded)) {
            throw EvaluationException.overflow("rounded value too large to represent");
        }
        return Math.copySign(rounded, value);
    }
}
