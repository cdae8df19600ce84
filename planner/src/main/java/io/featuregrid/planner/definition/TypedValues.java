package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.time.Timestamps;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalLong;

/** Values of features in JSON: NaN and infinities are strings, timestamps ISO-8601 with Z, dates ISO-8601. */
public final class TypedValues {
    private TypedValues() {}

    /** The value that a JSON node states for a type without loss, as {@link Values#defaultValue} has it; empty if it states none. */
    public static Optional<Object> read(FeatureType type, JsonNode node) {
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
        };
    }

    /** The JSON form of a value. */
    public static JsonNode write(FeatureType type, Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (type) {
            case INT64 -> nodes.numberNode((Long) value);
            case FLOAT64 -> {
                double number = (Double) value;
                yield Double.isFinite(number) ? nodes.numberNode(number) : nodes.textNode(Double.toString(number));
            }
            case BOOL -> nodes.booleanNode((Boolean) value);
            case STRING, TIMESTAMP, DATE -> nodes.textNode(text(type, value));
        };
    }

    /** The boxed form of a row that holds a value. */
    public static Object box(FeatureType type, Column column, int row) {
        return switch (type.columnType()) {
            case INT64, TIMESTAMP, INT32, DATE -> column.bitsAt(row);
            case FLOAT64 -> column.doubleAt(row);
            case BOOL -> column.booleanAt(row);
            case STRING, BINARY -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
        };
    }

    /** Sets a row to the value of a boxed form. */
    public static void set(FeatureType type, ColumnBuilder builder, int row, Object value) {
        switch (type.columnType()) {
            case INT64, TIMESTAMP, INT32, DATE -> builder.setBits(row, (Long) value);
            case FLOAT64 -> builder.setDouble(row, (Double) value);
            case BOOL -> builder.setBits(row, (Boolean) value ? 1 : 0);
            case STRING, BINARY -> builder.setBytes(row, ((String) value).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A value as a person reads it. */
    public static String text(FeatureType type, Object value) {
        return switch (type) {
            case TIMESTAMP -> Timestamps.format((Long) value);
            case DATE -> LocalDate.ofEpochDay((Long) value).toString();
            case INT64, FLOAT64, STRING, BOOL -> value.toString();
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
}
