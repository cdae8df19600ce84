package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.ValueType;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.stream.Collectors;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Arrow vectors to columns of a declared type. A vector of exactly that type is wrapped, not copied, where a column lies as it does; another
 * is converted if every value of it has one in the declared type.
 */
public final class ArrowReader {
    private static final int MOST_TEXT = 200;

    private ArrowReader() {}

    /**
     * How a vector is read.
     *
     * @param subject what the vector is, for messages: {@code column 'ts' of the spine}
     * @param firstRow the number of the vector's first row in its whole stream, for messages
     * @param floor whether times finer than a microsecond are floored instead of refused
     */
    public record Reading(String subject, long firstRow, boolean floor) {}

    /**
     * The vector as a column. It shares the vector's memory where it can: the vector must stay open as long as the column is used. A
     * dictionary-encoded vector must be decoded before.
     *
     * @throws FeatureGridException VALIDATION_FAILED naming row and value if one has no exact counterpart in the type
     */
    public static Column read(FieldVector vector, ValueType type, Reading reading) {
        int rows = vector.getValueCount();
        if (onlyNulls(vector) || rows == 0) {
            ColumnBuilder builder = new ColumnBuilder(type.columnType(), rows);
            for (int row = 0; row < rows; row++) {
                builder.setNull(row);
            }
            return builder.build();
        }
        boolean asItLies = !(type instanceof FeatureType) || type instanceof ScalarType;
        return asItLies && wraps(vector, type.columnType())
                ? wrap(vector, type.columnType(), rows)
                : convert(vector, type, reading);
    }

    static boolean onlyNulls(FieldVector vector) {
        return vector instanceof NullVector;
    }

    /** Whether the vector's memory is a column's as it is. */
    static boolean wraps(FieldVector vector, ColumnType type) {
        return vector.getField().getType().equals(ArrowTypes.of(type)) || sameInstants(vector, type);
    }

    private static boolean sameInstants(FieldVector vector, ColumnType type) {
        return type == ColumnType.TIMESTAMP
                && switch (vector.getMinorType()) {
                    case TIMESTAMPMICRO, TIMESTAMPMICROTZ -> true;
                    default -> false;
                };
    }

    static Column wrap(FieldVector vector, ColumnType type, int rows) {
        MemorySegment validity = vector.getNullCount() == 0 ? null : ArrowMemory.segment(vector.getValidityBuffer());
        MemorySegment offsets = type.variable() ? ArrowMemory.segment(vector.getOffsetBuffer()) : null;
        return new Column(type, rows, ArrowMemory.segment(vector.getDataBuffer()), offsets, validity, null);
    }

    private static Column convert(FieldVector vector, ValueType type, Reading reading) {
        LosslessConversion conversion = LosslessConversion.of(vector, type, reading.floor());
        if (conversion == null) {
            throw new FeatureGridException(
                    ErrorCode.VALIDATION_FAILED,
                    reading.subject() + " is of type " + describe(vector) + firstValue(vector, reading) + " (expected "
                            + describe(type) + ")");
        }
        ColumnBuilder builder = new ColumnBuilder(type.columnType(), vector.getValueCount());
        for (int row = 0; row < vector.getValueCount(); row++) {
            if (vector.isNull(row)) {
                builder.setNull(row);
            } else if (!conversion.convert(row, builder)) {
                throw new FeatureGridException(
                        ErrorCode.VALIDATION_FAILED,
                        reading.subject() + " is " + value(vector, row) + " in row " + (reading.firstRow() + row)
                                + " (expected " + describe(type)
                                + (type.columnType() == ColumnType.TIMESTAMP && !reading.floor()
                                        ? " in whole microseconds; round=\"floor\" floors finer ones)"
                                        : " without loss)"));
            }
        }
        return builder.build();
    }

    private static String firstValue(FieldVector vector, Reading reading) {
        for (int row = 0; row < vector.getValueCount(); row++) {
            if (!vector.isNull(row)) {
                return ", " + value(vector, row) + " in row " + (reading.firstRow() + row);
            }
        }
        return "";
    }

    private static String value(FieldVector vector, int row) {
        Object value = switch (vector) {
            case UInt8Vector unsigned -> Long.toUnsignedString(unsigned.get(row));
            case TimeStampVector times -> TimeConversions.describe(times, row);
            case DateDayVector days -> LocalDate.ofEpochDay(days.get(row));
            default -> vector.getObject(row);
        };
        String text = value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
        if (text.length() > MOST_TEXT) {
            text = text.substring(0, MOST_TEXT) + "...";
        }
        boolean words = TextConversions.texts(vector) != null;
        return words ? '"' + text + '"' : text;
    }

    private static String describe(FieldVector vector) {
        Field field = vector.getField();
        return field.getChildren().isEmpty()
                ? field.getType().toString()
                : field.getType() + "<"
                        + field.getChildren().stream().map(Field::toString).collect(Collectors.joining(", ")) + ">";
    }

    private static String describe(ValueType type) {
        if (type instanceof FeatureType declared && !(type instanceof ScalarType)) {
            return declared.text();
        }
        return switch (type.columnType()) {
            case INT32, INT64 -> "int64";
            case FLOAT64 -> "float64";
            case TIMESTAMP -> "a timestamp";
            case DATE -> "a date";
            case BOOL -> "bool";
            case STRING -> "a string";
            case BINARY, DECIMAL, NESTED -> "binary";
        };
    }

    /** Converts values one by one. */
    interface LosslessConversion {
        /** Puts the value of a row that is not null into the builder; false if it has no exact counterpart. */
        boolean convert(int row, ColumnBuilder target);

        /** The conversion from a vector's type to another, or null if there is none. */
        static @Nullable LosslessConversion of(FieldVector vector, ValueType type, boolean floor) {
            return switch (type) {
                case EnumType texts -> TextConversions.toEnum(vector, texts);
                case DecimalType decimal -> DecimalConversions.toDecimal(vector, decimal);
                case ListType list -> NestedReader.toNested(vector, list, floor);
                case StructType struct -> NestedReader.toNested(vector, struct, floor);
                case VectorType numbers -> NestedReader.toNested(vector, numbers, floor);
                default -> ofSimple(vector, type.columnType(), floor);
            };
        }

        private static @Nullable LosslessConversion ofSimple(FieldVector vector, ColumnType type, boolean floor) {
            return switch (type) {
                case INT64 -> NumberConversions.toInt64(vector);
                case FLOAT64 -> NumberConversions.toFloat64(vector);
                case STRING -> TextConversions.toString(vector);
                case TIMESTAMP -> TimeConversions.toTimestamp(vector, floor);
                case DATE -> TimeConversions.toDate(vector);
                case BINARY -> TextConversions.toBinary(vector);
                case INT32, BOOL, DECIMAL, NESTED -> null;
            };
        }
    }
}
