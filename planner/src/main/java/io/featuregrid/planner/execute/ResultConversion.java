package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import io.featuregrid.planner.expression.EvaluationException;
import io.featuregrid.planner.expression.Value;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Values of features as values of formulas, and results of formulas as values of features. */
final class ResultConversion {
    private static final Value NONE = new Value.Nothing();
    private static final Value TRUE = new Value.Truth(true);
    private static final Value FALSE = new Value.Truth(false);
    private static final double TWO_TO_63 = 0x1p63;
    private static final long LEAST_DAY = LocalDate.of(1, 1, 1).toEpochDay();
    private static final long MOST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();
    private static final long DAY_MICROS = 86_400_000_000L;
    private static final int MOST_TEXT = 200;

    private ResultConversion() {}

    /** A result that is none of its feature's type without loss. */
    static final class LossyException extends Exception {
        private static final long serialVersionUID = 1L;

        LossyException(String message) {
            super(message, null, false, false);
        }

        /** What the value is and what was expected. */
        String text() {
            String message = getMessage();
            return message == null ? "" : message;
        }
    }

    /**
     * A row of a column of the type; None for null and MISSING.
     *
     * @throws EvaluationException an OverflowError for a timestamp or date outside the years 1 to 9999
     * @throws IllegalArgumentException if formulas do not know the type
     */
    static Value valueOf(FeatureType type, Column column, int row) {
        if (!column.hasValue(row)) {
            return NONE;
        }
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> new Value.Whole(column.longAt(row));
                    case FLOAT64 -> new Value.Real(column.doubleAt(row));
                    case STRING -> text(column, row);
                    case BOOL -> column.booleanAt(row) ? TRUE : FALSE;
                    case TIMESTAMP -> {
                        long micros = column.longAt(row);
                        checkYears(column, row, Math.floorDiv(micros, DAY_MICROS));
                        yield new Value.Moment(micros);
                    }
                    case DATE -> {
                        long days = column.intAt(row);
                        checkYears(column, row, days);
                        yield new Value.Day(days);
                    }
                    case BINARY -> throw unsupported(type);
                };
            case EnumType texts -> text(column, row);
            case DecimalType decimal -> throw unsupported(type);
            case ListType list -> throw unsupported(type);
            case StructType struct -> throw unsupported(type);
            case VectorType vector -> throw unsupported(type);
        };
    }

    /**
     * The boxed form of a result, as {@link io.featuregrid.planner.definition.TypedValues} says; null for None.
     *
     * @throws LossyException if something would be lost, naming the value
     * @throws IllegalArgumentException if formulas do not know the type
     */
    static @Nullable Object boxed(FeatureType type, Value value) throws LossyException {
        if (value instanceof Value.Nothing) {
            return null;
        }
        Object boxed = switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> whole(value);
                    case FLOAT64 -> real(value);
                    case STRING -> value instanceof Value.Text text ? text.value() : null;
                    case BOOL -> value instanceof Value.Truth truth ? truth.value() : null;
                    case TIMESTAMP -> value instanceof Value.Moment moment ? moment.micros() : null;
                    case DATE -> value instanceof Value.Day day ? day.days() : null;
                    case BINARY -> throw unsupported(type);
                };
            case EnumType texts ->
                value instanceof Value.Text text && texts.values().contains(text.value()) ? text.value() : null;
            case DecimalType decimal -> throw unsupported(type);
            case ListType list -> throw unsupported(type);
            case StructType struct -> throw unsupported(type);
            case VectorType vector -> throw unsupported(type);
        };
        if (boxed == null) {
            throw new LossyException(described(value) + " (expected a value of type " + type.text() + ")");
        }
        return boxed;
    }

    private static @Nullable Object whole(Value value) {
        return switch (value) {
            case Value.Truth truth -> truth.value() ? 1L : 0L;
            case Value.Whole whole -> whole.value();
            case Value.Real real -> {
                double number = real.value();
                boolean exact = number == Math.rint(number) && number >= -TWO_TO_63 && number < TWO_TO_63;
                yield exact ? (Object) (long) number : null;
            }
            default -> null;
        };
    }

    private static @Nullable Object real(Value value) {
        return switch (value) {
            case Value.Truth truth -> truth.value() ? 1.0 : 0.0;
            case Value.Real real -> real.value();
            case Value.Whole whole -> {
                double number = (double) whole.value();
                yield number < TWO_TO_63 && (long) number == whole.value() ? (Object) number : null;
            }
            default -> null;
        };
    }

    private static String described(Value value) {
        String text = Value.repr(value);
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
    }

    private static Value text(Column column, int row) {
        return new Value.Text(new String(column.bytesAt(row), StandardCharsets.UTF_8));
    }

    private static void checkYears(Column column, int row, long days) {
        if (days < LEAST_DAY || days > MOST_DAY) {
            throw new EvaluationException(
                    "OverflowError", column.describe(row) + " (expected a year from 1 to 9999 in a function)");
        }
    }

    private static IllegalArgumentException unsupported(FeatureType type) {
        return new IllegalArgumentException(
                "a formula over " + type.text() + " (expected int64, float64, bool, string, enum, timestamp or date)");
    }
}
