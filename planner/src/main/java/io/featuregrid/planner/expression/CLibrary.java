package io.featuregrid.planner.expression;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * The C library's functions of floats: those that CPython calls too, so that results are equal bit for bit. What the library lacks is
 * taken from {@link StrictMath}. Needs the JVM to allow native access.
 */
final class CLibrary {
    private static final MethodType ONE = MethodType.methodType(double.class, double.class);
    private static final MethodType TWO = MethodType.methodType(double.class, double.class, double.class);

    private static final MethodHandle POW = function("pow", TWO);
    private static final MethodHandle ATAN2 = function("atan2", TWO);
    private static final MethodHandle EXP = function("exp", ONE);
    private static final MethodHandle EXPM1 = function("expm1", ONE);
    private static final MethodHandle LOG = function("log", ONE);
    private static final MethodHandle LOG2 = function("log2", ONE);
    private static final MethodHandle LOG10 = function("log10", ONE);
    private static final MethodHandle LOG1P = function("log1p", ONE);
    private static final MethodHandle SIN = function("sin", ONE);
    private static final MethodHandle COS = function("cos", ONE);
    private static final MethodHandle TAN = function("tan", ONE);
    private static final MethodHandle ASIN = function("asin", ONE);
    private static final MethodHandle ACOS = function("acos", ONE);
    private static final MethodHandle ATAN = function("atan", ONE);
    private static final MethodHandle SINH = function("sinh", ONE);
    private static final MethodHandle COSH = function("cosh", ONE);
    private static final MethodHandle TANH = function("tanh", ONE);

    private CLibrary() {}

    static double pow(double base, double exponent) {
        return call(POW, base, exponent);
    }

    static double atan2(double y, double x) {
        return call(ATAN2, y, x);
    }

    static double exp(double value) {
        return call(EXP, value);
    }

    static double expm1(double value) {
        return call(EXPM1, value);
    }

    static double log(double value) {
        return call(LOG, value);
    }

    static double log2(double value) {
        return call(LOG2, value);
    }

    static double log10(double value) {
        return call(LOG10, value);
    }

    static double log1p(double value) {
        return call(LOG1P, value);
    }

    static double sin(double value) {
        return call(SIN, value);
    }

    static double cos(double value) {
        return call(COS, value);
    }

    static double tan(double value) {
        return call(TAN, value);
    }

    static double asin(double value) {
        return call(ASIN, value);
    }

    static double acos(double value) {
        return call(ACOS, value);
    }

    static double atan(double value) {
        return call(ATAN, value);
    }

    static double sinh(double value) {
        return call(SINH, value);
    }

    static double cosh(double value) {
        return call(COSH, value);
    }

    static double tanh(double value) {
        return call(TANH, value);
    }

    private static double call(MethodHandle function, double value) {
        try {
            return (double) function.invokeExact(value);
        } catch (Throwable impossible) {
            throw new IllegalStateException("a function of floats threw", impossible);
        }
    }

    private static double call(MethodHandle function, double first, double second) {
        try {
            return (double) function.invokeExact(first, second);
        } catch (Throwable impossible) {
            throw new IllegalStateException("a function of floats threw", impossible);
        }
    }

    @SuppressWarnings("restricted") // the signatures are those of <math.h>
    private static MethodHandle function(String name, MethodType type) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> symbol = linker.defaultLookup().find(name);
        if (symbol.isEmpty()) {
            return fallback(name, type);
        }
        FunctionDescriptor descriptor = type.equals(TWO)
                ? FunctionDescriptor.of(ValueLayout.JAVA_DOUBLE, ValueLayout.JAVA_DOUBLE, ValueLayout.JAVA_DOUBLE)
                : FunctionDescriptor.of(ValueLayout.JAVA_DOUBLE, ValueLayout.JAVA_DOUBLE);
        return linker.downcallHandle(symbol.get(), descriptor, Linker.Option.critical(false));
    }

    private static MethodHandle fallback(String name, MethodType type) {
        try {
            return name.equals("log2")
                    ? MethodHandles.lookup().findStatic(CLibrary.class, "logarithmOfTwo", type)
                    : MethodHandles.lookup().findStatic(StrictMath.class, name, type);
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("no function of floats named " + name, missing);
        }
    }

    /** The logarithm to base 2 where the C library has none: exact for powers of two. */
    @SuppressWarnings("unused") // found by its name
    private static double logarithmOfTwo(double value) {
        int exponent = Math.getExponent(value);
        return value == Math.scalb(1.0, exponent) ? exponent : StrictMath.log(value) / StrictMath.log(2.0);
    }
}
