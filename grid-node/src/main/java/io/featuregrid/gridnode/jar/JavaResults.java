package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Results of Java functions in the boxed form of their features' types, where nothing is lost. Safe for use by several threads. */
final class JavaResults {
    private static final double TWO_TO_63 = 0x1p63;
    private static final int MOST_TEXT = 200;

    private final RecordComponents records;

    JavaResults(RecordComponents records) {
        this.records = records;
    }

    /**
     * The boxed form of a result, as {@link io.featuregrid.planner.definition.TypedValues} says; null for null. Nothing of it is shared with
     * the result.
     *
     * @throws LossyResultException if something would be lost, naming the value
     * @throws Throwable what the result's own methods throw
     */
    @Nullable
    Object boxed(FeatureType type, @Nullable Object value) throws Throwable {
        if (value == null) {
            return null;
        }
        Object boxed = switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> whole(value);
                    case FLOAT64 -> real(value);
                    case STRING -> value instanceof String text && isWellFormed(text) ? text : null;
                    case BOOL -> value instanceof Boolean truth ? truth : null;
                    case TIMESTAMP -> value instanceof Instant instant ? micros(instant) : null;
                    case DATE -> value instanceof LocalDate date ? days(date) : null;
                    case BINARY -> value instanceof byte[] bytes ? bytes.clone() : null;
                };
            case EnumType texts ->
                value instanceof String text && texts.values().contains(text) ? text : null;
            case DecimalType decimal -> decimal(decimal, value);
            case ListType list -> value instanceof List<?> elements ? list(list, elements) : null;
            case StructType struct -> struct(struct, value);
            case VectorType vector -> vector(vector, value);
        };
        if (boxed == null) {
            throw new LossyResultException(described(value) + " (expected a value of type " + type.text() + ")");
        }
        return boxed;
    }

    private static @Nullable Object whole(Object value) {
        return switch (value) {
            case Boolean truth -> truth ? 1L : 0L;
            case Long number -> number;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case Byte number -> number.longValue();
            case BigInteger number -> number.bitLength() < Long.SIZE ? (Object) number.longValue() : null;
            case Double number -> whole(number.doubleValue());
            case Float number -> whole(number.doubleValue());
            default -> null;
        };
    }

    private static @Nullable Object whole(double number) {
        boolean exact = number == Math.rint(number) && number >= -TWO_TO_63 && number < TWO_TO_63;
        return exact ? (Object) (long) number : null;
    }

    private static @Nullable Object real(Object value) {
        if (value instanceof Double number) {
            return number;
        }
        if (value instanceof Float number) {
            return number.doubleValue();
        }
        if (value instanceof BigInteger big) {
            double number = big.doubleValue();
            return Double.isFinite(number) && new BigDecimal(number).compareTo(new BigDecimal(big)) == 0
                    ? (Object) number
                    : null;
        }
        if (!(whole(value) instanceof Long whole)) {
            return null;
        }
        double number = (double) whole;
        return number < TWO_TO_63 && (long) number == whole ? (Object) number : null;
    }

    private static @Nullable Object micros(Instant instant) {
        if (instant.getNano() % 1_000 != 0) {
            return null;
        }
        try {
            return Math.addExact(
                    Math.multiplyExact(instant.getEpochSecond(), TimeUnit.SECONDS.toMicros(1)),
                    instant.getNano() / 1_000L);
        } catch (ArithmeticException tooFar) {
            return null;
        }
    }

    private static @Nullable Object days(LocalDate date) {
        long days = date.toEpochDay();
        return days == (int) days ? (Object) days : null;
    }

    private static @Nullable Object decimal(DecimalType type, Object value) {
        BigDecimal number = switch (value) {
            case BigDecimal decimal -> decimal;
            case BigInteger whole -> new BigDecimal(whole);
            case Long whole -> BigDecimal.valueOf(whole);
            case Integer whole -> BigDecimal.valueOf(whole);
            case Short whole -> BigDecimal.valueOf(whole);
            case Byte whole -> BigDecimal.valueOf(whole);
            default -> null;
        };
        return number == null ? null : type.fit(number).orElse(null);
    }

    private Object list(ListType type, List<?> elements) throws Throwable {
        List<@Nullable Object> boxed = new ArrayList<>();
        for (Object element : elements) {
            boxed.add(boxed(type.element(), element));
        }
        return boxed;
    }

    private @Nullable Object struct(StructType type, Object value) throws Throwable {
        Map<Object, @Nullable Object> stated = new LinkedHashMap<>();
        if (value instanceof Record) {
            for (RecordComponents.Component component : records.of(value.getClass())) {
                stated.put(component.name(), component.of(value));
            }
        } else if (value instanceof Map<?, ?> map) {
            stated.putAll(map);
        } else {
            return null;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (StructType.Field field : type.fields()) {
            fields.put(field.name(), boxed(field.type(), stated.remove(field.name())));
        }
        if (!stated.isEmpty()) {
            throw new LossyResultException("a struct with the field "
                    + described(stated.keySet().iterator().next()) + " (expected a value of type " + type.text() + ")");
        }
        return fields;
    }

    private static @Nullable Object vector(VectorType type, Object value) {
        double[] numbers = switch (value) {
            case float[] floats -> {
                double[] wide = new double[floats.length];
                for (int index = 0; index < wide.length; index++) {
                    wide[index] = floats[index];
                }
                yield wide;
            }
            case double[] doubles -> doubles.clone();
            default -> new double[0];
        };
        // No vector has the length 0.
        if (numbers.length != type.length()) {
            return null;
        }
        return switch (type.element()) {
            case FLOAT64 -> numbers;
            case FLOAT32 -> {
                float[] narrow = new float[numbers.length];
                for (int index = 0; index < narrow.length; index++) {
                    narrow[index] = (float) numbers[index];
                    if (Double.compare(narrow[index], numbers[index]) != 0) {
                        yield null;
                    }
                }
                yield narrow;
            }
        };
    }

    /** Whether a text has a form in UTF-8: half of a pair has none. */
    private static boolean isWellFormed(String text) {
        for (int index = 0; index < text.length(); index++) {
            char unit = text.charAt(index);
            if (Character.isHighSurrogate(unit)
                    && index + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(index + 1))) {
                index++;
            } else if (Character.isSurrogate(unit)) {
                return false;
            }
        }
        return true;
    }

    /** A value for a message; of what is large or foreign only its class. */
    static String described(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> '"' + shortened(text) + '"';
            case Boolean truth -> truth.toString();
            case Long number -> number.toString();
            case Integer number -> number.toString();
            case Short number -> number.toString();
            case Byte number -> number.toString();
            case Double number -> number.toString();
            case Float number -> number.toString();
            case BigInteger number -> number.bitLength() > 1_000 ? "a BigInteger" : number.toString();
            case BigDecimal number -> number.precision() > 300 ? "a BigDecimal" : number.toString();
            case Instant instant -> instant.toString();
            case LocalDate date -> date.toString();
            case float[] numbers -> "a float[] of length " + numbers.length;
            case double[] numbers -> "a double[] of length " + numbers.length;
            case Object[] values -> "an array of length " + values.length;
            default -> "a value of class " + value.getClass().getTypeName();
        };
    }

    private static String shortened(String text) {
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
    }
}
