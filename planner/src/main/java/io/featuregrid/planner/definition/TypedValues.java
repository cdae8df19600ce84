package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.NestedBytes;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.time.Timestamps;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values of features outside of columns: as objects, as JSON, as text.
 *
 * <p>The object of a value, its boxed form, is: a Long for int64, for timestamp (microseconds) and for date (days); a Double; a String, for
 * an enum too; a Boolean; a BigDecimal with exactly the type's scale; a byte[] for binary; an unmodifiable {@code List<@Nullable Object>}
 * for a list; an unmodifiable {@code Map<String, @Nullable Object>} with every field in the type's order for a struct; a float[] or
 * double[] of the type's length for a vector. Null is null.
 *
 * <p>In JSON NaN and infinities are the strings "NaN", "Infinity" and "-Infinity", timestamps ISO-8601 with Z, dates ISO-8601, decimals
 * strings, binaries base64, lists and vectors arrays, structs objects.
 */
public final class TypedValues {
    private static final int MOST_TEXT = 200;

    private TypedValues() {}

    /** The boxed form of a row of a column of the type; null for null and for MISSING. */
    public static @Nullable Object box(FeatureType type, Column column, int row) {
        if (!column.hasValue(row)) {
            return null;
        }
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64, TIMESTAMP -> column.longAt(row);
                    case FLOAT64 -> column.doubleAt(row);
                    case STRING -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
                    case BOOL -> column.booleanAt(row);
                    case DATE -> (long) column.intAt(row);
                    case BINARY -> column.bytesAt(row);
                };
            case EnumType texts -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
            case DecimalType decimal -> decimal(decimal, column.bytesAt(row));
            case ListType list -> NestedValues.box(list, new NestedBytes.Cursor().reset(column.bytesAt(row)));
            case StructType struct -> NestedValues.box(struct, new NestedBytes.Cursor().reset(column.bytesAt(row)));
            case VectorType vector -> NestedValues.box(vector, new NestedBytes.Cursor().reset(column.bytesAt(row)));
        };
    }

    /**
     * Sets a row of a builder to a value in its boxed form, null to null.
     *
     * @param target a builder of the type's column type
     * @throws ClassCastException if the value is not in the boxed form of the type
     */
    public static void set(FeatureType type, ColumnBuilder target, int row, @Nullable Object value) {
        if (value == null) {
            target.setNull(row);
            return;
        }
        switch (type) {
            case ScalarType scalar -> {
                switch (scalar) {
                    case INT64, TIMESTAMP, DATE -> target.setBits(row, (Long) value);
                    case FLOAT64 -> target.setDouble(row, (Double) value);
                    case BOOL -> target.setBits(row, (Boolean) value ? 1 : 0);
                    case STRING -> target.setBytes(row, ((String) value).getBytes(StandardCharsets.UTF_8));
                    case BINARY -> target.setBytes(row, (byte[]) value);
                }
            }
            case EnumType texts -> target.setBytes(row, ((String) value).getBytes(StandardCharsets.UTF_8));
            case DecimalType decimal -> target.setBytes(row, decimalBytes((BigDecimal) value));
            case ListType list -> target.setBytes(row, nested(list, value));
            case StructType struct -> target.setBytes(row, nested(struct, value));
            case VectorType vector -> target.setBytes(row, nested(vector, value));
        }
    }

    /** The decimal of bytes as {@link ColumnType#DECIMAL} has them. */
    public static BigDecimal decimal(DecimalType type, byte[] unscaled) {
        return new BigDecimal(new BigInteger(unscaled), type.scale());
    }

    /** The bytes of a decimal that has the scale of its type. */
    public static byte[] decimalBytes(BigDecimal value) {
        return value.unscaledValue().toByteArray();
    }

    /** The value that a JSON node states for a type without loss, boxed; empty if it states none, as null does not. */
    public static Optional<Object> read(FeatureType type, JsonNode node) {
        return JsonValues.read(type, node);
    }

    /**
     * The value that a JSON node states for a type without loss, boxed; null if it is null.
     *
     * @param subject what the value is, for the message: {@code 'user.score'}
     * @throws FeatureGridException VALIDATION_FAILED naming the value if it is none of the type
     */
    public static @Nullable Object require(FeatureType type, JsonNode node, String subject) {
        if (node.isNull()) {
            return null;
        }
        return read(type, node)
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.VALIDATION_FAILED,
                        subject + " is " + shortened(node.toString()) + " (expected a value of type " + type.text()
                                + JsonValues.hint(type) + ")"));
    }

    /** The JSON form of a boxed value. */
    public static JsonNode write(FeatureType type, Object value) {
        return JsonValues.write(type, value);
    }

    /** A boxed value as a person reads it, whole. */
    public static String text(FeatureType type, Object value) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case TIMESTAMP -> Timestamps.format((Long) value);
                    case DATE -> LocalDate.ofEpochDay((Long) value).toString();
                    case BINARY -> Base64.getEncoder().encodeToString((byte[]) value);
                    case INT64, FLOAT64, STRING, BOOL -> value.toString();
                };
            case EnumType texts -> value.toString();
            case DecimalType decimal -> ((BigDecimal) value).toPlainString();
            case ListType list -> write(list, value).toString();
            case StructType struct -> write(struct, value).toString();
            case VectorType vector -> write(vector, value).toString();
        };
    }

    /** A row of a column of the type for a message: strings quoted, long values cut, "null", "MISSING". */
    public static String describe(FeatureType type, Column column, int row) {
        boolean typed = switch (type.columnType()) {
            case DECIMAL, NESTED -> true;
            case INT32, INT64, FLOAT64, TIMESTAMP, DATE, BOOL, STRING, BINARY -> false;
        };
        Object value = typed ? box(type, column, row) : null;
        return value == null ? column.describe(row) : shortened(text(type, value));
    }

    private static byte[] nested(FeatureType type, Object value) {
        NestedBytes target = new NestedBytes();
        NestedValues.write(type, value, target);
        return target.toBytes();
    }

    private static String shortened(String text) {
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
    }
}
