package io.featuregrid.planner.expression;

/** The functions of CPython's module {@code math}: the C library's, with errors in place of infinities and NaN that come of finite values. */
final class MathFunctions {
    private static final double SPLITTER = 0x1p27 + 1.0;
    private static final double TO_DEGREES = 180.0 / Math.PI;
    private static final double TO_RADIANS = Math.PI / 180.0;

    private MathFunctions() {}

    static Value call(Function function, Value[] arguments) {
        double first = Operands.argument(arguments[0]);
        return switch (function) {
            case MATH_LOG -> new Value.Real(logarithm(first, arguments));
            case MATH_LOG2 -> new Value.Real(domain(CLibrary.log2(positive(first)), first, false));
            case MATH_LOG10 -> new Value.Real(domain(CLibrary.log10(positive(first)), first, false));
            case MATH_POW -> new Value.Real(power(first, Operands.argument(arguments[1])));
            case MATH_ATAN2 -> {
                double second = Operands.argument(arguments[1]);
                yield new Value.Real(CLibrary.atan2(first, second));
            }
            case MATH_FMOD -> new Value.Real(remainder(first, Operands.argument(arguments[1])));
            case MATH_HYPOT -> new Value.Real(hypotenuse(first, Operands.argument(arguments[1])));
            case MATH_COPYSIGN -> new Value.Real(copySign(first, Operands.argument(arguments[1])));
            case MATH_ISNAN -> Operands.truth(Double.isNaN(first));
            case MATH_ISINF -> Operands.truth(Double.isInfinite(first));
            case MATH_ISFINITE -> Operands.truth(Double.isFinite(first));
            case MATH_DEGREES -> new Value.Real(first * TO_DEGREES);
            case MATH_RADIANS -> new Value.Real(first * TO_RADIANS);
            case MATH_FABS -> new Value.Real(Math.abs(first));
            default -> new Value.Real(domain(curve(function, first), first, overflows(function)));
        };
    }

    private static double copySign(double size, double sign) {
        // Java may take any NaN's sign for a plus; C takes the bit.
        return Double.doubleToRawLongBits(sign) < 0 ? -Math.abs(size) : Math.abs(size);
    }

    private static double curve(Function function, double value) {
        return switch (function) {
            case MATH_SQRT -> Math.sqrt(value);
            case MATH_EXP -> CLibrary.exp(value);
            case MATH_EXPM1 -> CLibrary.expm1(value);
            case MATH_LOG1P -> value == 0 ? value : CLibrary.log1p(value);
            case MATH_SIN -> CLibrary.sin(value);
            case MATH_COS -> CLibrary.cos(value);
            case MATH_TAN -> CLibrary.tan(value);
            case MATH_ASIN -> CLibrary.asin(value);
            case MATH_ACOS -> CLibrary.acos(value);
            case MATH_ATAN -> CLibrary.atan(value);
            case MATH_SINH -> CLibrary.sinh(value);
            case MATH_COSH -> CLibrary.cosh(value);
            case MATH_TANH -> CLibrary.tanh(value);
            default -> throw new IllegalArgumentException(function + " (expected a function of one float)");
        };
    }

    private static boolean overflows(Function function) {
        return switch (function) {
            case MATH_EXP, MATH_EXPM1, MATH_SINH, MATH_COSH -> true;
            default -> false;
        };
    }

    private static double domain(double result, double argument, boolean overflows) {
        if (Double.isNaN(result) && !Double.isNaN(argument)) {
            throw EvaluationException.value("math domain error");
        }
        if (Double.isInfinite(result) && Double.isFinite(argument)) {
            throw overflows
                    ? EvaluationException.overflow("math range error")
                    : EvaluationException.value("math domain error");
        }
        return result;
    }

    private static double positive(double value) {
        if (value <= 0) {
            throw EvaluationException.value("math domain error");
        }
        return value;
    }

    private static double logarithm(double value, Value[] arguments) {
        double logarithm = domain(CLibrary.log(positive(value)), value, false);
        if (arguments.length == 1) {
            return logarithm;
        }
        double base = Operands.argument(arguments[1]);
        return FloatArithmetic.divide(logarithm, domain(CLibrary.log(positive(base)), base, false));
    }

    private static double remainder(double left, double right) {
        double rest = left % right;
        if (Double.isNaN(rest) && !Double.isNaN(left) && !Double.isNaN(right)) {
            throw EvaluationException.value("math domain error");
        }
        return rest;
    }

    private static double power(double base, double exponent) {
        if (exponent == 0 || base == 1.0) {
            return 1.0;
        }
        if (Double.isNaN(base) || Double.isNaN(exponent)) {
            return Double.NaN;
        }
        if (Double.isInfinite(base) || Double.isInfinite(exponent)) {
            return FloatArithmetic.power(base == 0 ? 0.0 : base, exponent);
        }
        double power = CLibrary.pow(base, exponent);
        if (Double.isNaN(power) || (Double.isInfinite(power) && base == 0)) {
            throw EvaluationException.value("math domain error");
        }
        if (Double.isInfinite(power)) {
            throw EvaluationException.overflow("math range error");
        }
        return power;
    }

    /**
     * The length of a vector of two: squares are split into halves that are exact, their sum is kept with what rounding loses, and the root
     * is corrected once.
     */
    static double hypotenuse(double first, double second) {
        double x = Math.abs(first);
        double y = Math.abs(second);
        if (Double.isInfinite(x) || Double.isInfinite(y)) {
            return Double.POSITIVE_INFINITY;
        }
        if (Double.isNaN(x) || Double.isNaN(y)) {
            return Double.NaN;
        }
        double greatest = Math.max(x, y);
        if (greatest == 0) {
            return 0.0;
        }
        // The exponent by which the greatest is from 0.5 up to 1.
        int exponent = greatest < Double.MIN_NORMAL
                ? Math.getExponent(greatest * 0x1p60) - 59
                : Math.getExponent(greatest) + 1;
        if (exponent < -1023) {
            double total = new CompensatedSum().add(square(x / greatest)).addNext(square(y / greatest));
            return greatest * Math.sqrt(total);
        }
        double scale = Math.scalb(1.0, -exponent);
        return corrected(x * scale, y * scale) / scale;
    }

    private static double square(double value) {
        return value * value;
    }

    private static double corrected(double x, double y) {
        double sum = 1.0;
        double ofSquares = 0.0;
        double ofProducts = 0.0;
        double ofRests = 0.0;
        for (int index = 0; index < 2; index++) {
            double value = index == 0 ? x : y;
            double stretched = value * SPLITTER;
            double high = stretched - (stretched - value);
            double low = value - high;
            double before = sum;
            double term = high * high;
            sum += term;
            ofSquares += before - sum + term;
            before = sum;
            term = 2.0 * high * low;
            sum += term;
            ofProducts += before - sum + term;
            ofRests += low * low;
        }
        double root = Math.sqrt(sum - 1.0 + (ofSquares + ofProducts + ofRests));
        double stretched = root * SPLITTER;
        double high = stretched - (stretched - root);
        double low = root - high;
        double before = sum;
        double term = -high * high;
        sum += term;
        ofSquares += before - sum + term;
        before = sum;
        term = -2.0 * high * low;
        sum += term;
        ofProducts += before - sum + term;
        before = sum;
        term = -low * low;
        sum += term;
        ofRests += before - sum + term;
        double error = sum - 1.0 + (ofSquares + ofProducts + ofRests);
        return root + error / (2.0 * root);
    }

    /** A sum from 1 on, with what rounding loses. */
    private static final class CompensatedSum {
        private double sum = 1.0;
        private double lost;

        CompensatedSum add(double term) {
            double before = sum;
            sum += term;
            lost += before - sum + term;
            return this;
        }

        /** Adds the last term; the total without the 1. */
        double addNext(double term) {
            add(term);
            return sum - 1.0 + lost;
        }
    }
}
