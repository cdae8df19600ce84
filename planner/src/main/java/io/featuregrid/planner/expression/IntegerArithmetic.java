package io.featuregrid.planner.expression;

import java.math.BigInteger;

/** Arithmetic of ints: exact, or an OverflowError. */
final class IntegerArithmetic {
    private static final long EXACT_IN_DOUBLE = 1L << 53;

    private IntegerArithmetic() {}

    static long add(long left, long right) {
        long sum = left + right;
        if (((left ^ sum) & (right ^ sum)) < 0) {
            throw EvaluationException.beyond();
        }
        return sum;
    }

    static long subtract(long left, long right) {
        long difference = left - right;
        if (((left ^ right) & (left ^ difference)) < 0) {
            throw EvaluationException.beyond();
        }
        return difference;
    }

    static long multiply(long left, long right) {
        long low = left * right;
        if (Math.multiplyHigh(left, right) != low >> 63) {
            throw EvaluationException.beyond();
        }
        return low;
    }

    static long negate(long value) {
        if (value == Long.MIN_VALUE) {
            throw EvaluationException.beyond();
        }
        return -value;
    }

    static long floorDivide(long left, long right) {
        if (right == 0) {
            throw EvaluationException.zero("integer division or modulo by zero");
        }
        if (right == -1) {
            return negate(left);
        }
        return Math.floorDiv(left, right);
    }

    static long remainder(long left, long right) {
        if (right == 0) {
            throw EvaluationException.zero("integer modulo by zero");
        }
        return Math.floorMod(left, right);
    }

    /** The float nearest to the exact quotient. */
    static double divide(long left, long right) {
        if (right == 0) {
            throw EvaluationException.zero("division by zero");
        }
        if (exact(left) && exact(right)) {
            return (double) left / right;
        }
        return divide(BigInteger.valueOf(left), BigInteger.valueOf(right));
    }

    private static double divide(BigInteger left, BigInteger right) {
        if (left.signum() == 0) {
            return right.signum() < 0 ? -0.0 : 0.0;
        }
        // So many bits that the quotient has more than a float and one to round by; the rest is one sticky bit below
        // them.
        int shift = 66 + right.bitLength() - left.bitLength();
        BigInteger[] parts = shift >= 0
                ? left.abs().shiftLeft(shift).divideAndRemainder(right.abs())
                : left.abs().divideAndRemainder(right.abs().shiftLeft(-shift));
        BigInteger quotient = parts[0].shiftLeft(1);
        if (parts[1].signum() != 0) {
            quotient = quotient.setBit(0);
        }
        double value = Math.scalb(quotient.doubleValue(), -shift - 1);
        return left.signum() == right.signum() ? value : -value;
    }

    private static boolean exact(long value) {
        return value >= -EXACT_IN_DOUBLE && value <= EXACT_IN_DOUBLE;
    }

    /** A power with an exponent that is not negative. */
    static long power(long base, long exponent) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        if (base == -1) {
            return (exponent & 1) == 0 ? 1 : -1;
        }
        if (exponent > 63) {
            throw EvaluationException.beyond();
        }
        BigInteger power = BigInteger.valueOf(base).pow((int) exponent);
        return narrow(power);
    }

    static long shiftLeft(long value, long count) {
        if (count < 0) {
            throw EvaluationException.value("negative shift count");
        }
        if (value == 0) {
            return 0;
        }
        if (count > 63 || value << count >> count != value) {
            throw EvaluationException.beyond();
        }
        return value << count;
    }

    static long shiftRight(long value, long count) {
        if (count < 0) {
            throw EvaluationException.value("negative shift count");
        }
        return value >> Math.min(count, 63);
    }

    /** Rounded to a power of ten, half to even. */
    static long roundToTens(long value, long tens) {
        if (tens > 19) {
            return 0;
        }
        BigInteger unit = BigInteger.TEN.pow((int) tens);
        return narrow(divideToNearest(BigInteger.valueOf(value), unit).multiply(unit));
    }

    /** The quotient rounded to the nearest, half to even. */
    static BigInteger divideToNearest(BigInteger left, BigInteger right) {
        BigInteger numerator = right.signum() < 0 ? left.negate() : left;
        BigInteger denominator = right.abs();
        BigInteger[] parts = numerator.divideAndRemainder(denominator);
        BigInteger quotient = parts[0];
        BigInteger rest = parts[1];
        if (rest.signum() < 0) {
            quotient = quotient.subtract(BigInteger.ONE);
            rest = rest.add(denominator);
        }
        int half = rest.shiftLeft(1).compareTo(denominator);
        return half > 0 || (half == 0 && quotient.testBit(0)) ? quotient.add(BigInteger.ONE) : quotient;
    }

    static long narrow(BigInteger value) {
        if (value.bitLength() > 63) {
            throw EvaluationException.beyond();
        }
        return value.longValue();
    }
}
