package io.featuregrid.planner.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.time.Timestamps;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Boxed values to and from JSON, by the rules of {@link TypedValues}. */
final class JsonValues {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonValues() {}

    static Optional<Object> read(FeatureType type, JsonNode node) {
        return switch (type) {
            case ScalarType scalar -> scalar(scalar, node);
            case EnumType texts ->
                node.isTextual() && texts.values().contains(node.textValue())
                        ? Optional.of(node.textValue())
                        : Optional.empty();
            case DecimalType decimal -> decimal(decimal, node).map(value -> value);
            case ListType list -> list(list, node);
            case StructType struct -> struct(struct, node);
            case VectorType vector -> vector(vector, node);
        };
    }

    static JsonNode write(FeatureType type, Object value) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> NODES.numberNode((Long) value);
                    case FLOAT64 -> number((Double) value);
                    case BOOL -> NODES.booleanNode((Boolean) value);
                    case STRING, TIMESTAMP, DATE, BINARY -> NODES.textNode(TypedValues.text(scalar, value));
                };
            case EnumType texts -> NODES.textNode((String) value);
            case DecimalType decimal -> NODES.textNode(((BigDecimal) value).toPlainString());
            case ListType list -> {
                ArrayNode array = NODES.arrayNode();
                for (Object element : (List<?>) value) {
                    array.add(element == null ? NODES.nullNode() : write(list.element(), element));
                }
                yield array;
            }
            case StructType struct -> {
                ObjectNode object = NODES.objectNode();
                for (StructType.Field field : struct.fields()) {
                    Object inside = ((Map<?, ?>) value).get(field.name());
                    object.set(field.name(), inside == null ? NODES.nullNode() : write(field.type(), inside));
                }
                yield object;
            }
            case VectorType vector -> vector(vector, value);
        };
    }

    /** What a person who wrote a value otherwise may not know. */
    static String hint(FeatureType type) {
        return switch (type) {
            case DecimalType decimal -> ", as a string";
            case ScalarType scalar -> scalar == ScalarType.BINARY ? ", as base64" : "";
            case EnumType texts -> "";
            case ListType list -> "";
            case StructType struct -> "";
            case VectorType vector -> "";
        };
    }

    static String quote(String text) {
        return NODES.textNode(text).toString();
    }

    static String unquote(String quoted) {
        try {
            return MAPPER.readValue(quoted, String.class);
        } catch (JsonProcessingException refused) {
            throw new IllegalArgumentException(quoted + " (expected a JSON string)", refused);
        }
    }

    private static Optional<Object> scalar(ScalarType type, JsonNode node) {
        return switch (type) {
            case INT64 -> integral(node).map(value -> value);
            case FLOAT64 -> floating(node).map(value -> value);
            case STRING -> node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
            case BOOL -> node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
            case TIMESTAMP -> {
                OptionalLong micros = node.isTextual() ? Timestamps.parse(node.textValue()) : OptionalLong.empty();
                yield micros.isPresent() ? Optional.of(micros.getAsLong()) : Optional.empty();
            }
            case DATE -> node.isTextual() ? date(node.textValue()) : Optional.empty();
            case BINARY -> node.isTextual() ? binary(node.textValue()) : Optional.empty();
        };
    }

    private static Optional<Object> date(String text) {
        try {
            long days = LocalDate.parse(text).toEpochDay();
            return days == (int) days ? Optional.of(days) : Optional.empty();
        } catch (DateTimeException refused) {
            return Optional.empty();
        }
    }

    private static Optional<Object> binary(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    private static Optional<Long> integral(JsonNode node) {
        if (!node.isNumber()) {
            return Optional.empty();
        }
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            return Optional.empty();
        }
        try {
            return Optional.of(node.decimalValue().longValueExact());
        } catch (ArithmeticException lossy) {
            return Optional.empty();
        }
    }

    private static Optional<Double> floating(JsonNode node) {
        if (node.isTextual()) {
            return switch (node.textValue()) {
                case "NaN" -> Optional.of(Double.NaN);
                case "Infinity" -> Optional.of(Double.POSITIVE_INFINITY);
                case "-Infinity" -> Optional.of(Double.NEGATIVE_INFINITY);
                default -> Optional.empty();
            };
        }
        if (!node.isNumber()) {
            return Optional.empty();
        }
        double value = node.doubleValue();
        boolean exact = Double.isFinite(value)
                && (!node.isIntegralNumber() || new BigDecimal(value).compareTo(node.decimalValue()) == 0);
        return exact ? Optional.of(value) : Optional.empty();
    }

    /** A number with a fraction is refused: a parser that made a double of it may have lost digits that were written. */
    private static Optional<BigDecimal> decimal(DecimalType type, JsonNode node) {
        if (node.isIntegralNumber() || node.isBigDecimal()) {
            return type.fit(node.decimalValue());
        }
        try {
            return node.isTextual() ? type.fit(new BigDecimal(node.textValue())) : Optional.empty();
        } catch (NumberFormatException refused) {
            return Optional.empty();
        }
    }

    private static Optional<Object> list(ListType type, JsonNode node) {
        if (!node.isArray()) {
            return Optional.empty();
        }
        List<@Nullable Object> elements = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            Optional<Object> value = read(type.element(), element);
            if (value.isEmpty() && !element.isNull()) {
                return Optional.empty();
            }
            elements.add(value.orElse(null));
        }
        return Optional.of(Collections.unmodifiableList(elements));
    }

    /** An absent field is null; one that the type does not know is none of its values. */
    private static Optional<Object> struct(StructType type, JsonNode node) {
        if (!node.isObject()) {
            return Optional.empty();
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        int known = 0;
        for (StructType.Field field : type.fields()) {
            JsonNode given = node.get(field.name());
            known += given == null ? 0 : 1;
            Optional<Object> value = given == null ? Optional.empty() : read(field.type(), given);
            if (value.isEmpty() && given != null && !given.isNull()) {
                return Optional.empty();
            }
            fields.put(field.name(), value.orElse(null));
        }
        return known == node.size() ? Optional.of(Collections.unmodifiableMap(fields)) : Optional.empty();
    }

    private static Optional<Object> vector(VectorType type, JsonNode node) {
        if (!node.isArray() || node.size() != type.length()) {
            return Optional.empty();
        }
        double[] numbers = new double[type.length()];
        for (int index = 0; index < numbers.length; index++) {
            Optional<Double> number = floating(node.get(index));
            if (number.isEmpty()) {
                return Optional.empty();
            }
            numbers[index] = number.get();
        }
        return switch (type.element()) {
            case FLOAT64 -> Optional.of(numbers);
            case FLOAT32 -> singles(numbers).map(value -> value);
        };
    }

    /** A text such as 0.1 states the float that prints so, though it is not the double nearest to it. */
    private static Optional<float[]> singles(double[] numbers) {
        float[] singles = new float[numbers.length];
        for (int index = 0; index < numbers.length; index++) {
            float single = (float) numbers[index];
            boolean exact = Double.compare(single, numbers[index]) == 0
                    || Double.parseDouble(Float.toString(single)) == numbers[index];
            if (!exact) {
                return Optional.empty();
            }
            singles[index] = single;
        }
        return Optional.of(singles);
    }

    private static JsonNode vector(VectorType type, Object value) {
        ArrayNode array = NODES.arrayNode(type.length());
        switch (type.element()) {
            case FLOAT64 -> {
                for (double number : (double[]) value) {
                    array.add(number(number));
                }
            }
            case FLOAT32 -> {
                for (float number : (float[]) value) {
                    array.add(Float.isFinite(number) ? NODES.numberNode(number) : number(number));
                }
            }
        }
        return array;
    }

    private static JsonNode number(double number) {
        return Double.isFinite(number) ? NODES.numberNode(number) : NODES.textNode(Double.toString(number));
    }
}
