package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.Column;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Which values a feature may have.
 *
 * @param nullable whether null is a value
 * @param defaultValue what MISSING shows as, boxed as {@link TypedValues} says; null for none
 * @param min the least value that may be written, itself included; null for none; a Long, Double or BigDecimal
 * @param max the greatest value that may be written, itself included; null for none
 */
public record Values(
        FeatureType type,
        boolean nullable,
        @Nullable Object defaultValue,
        @Nullable Object min,
        @Nullable Object max) {
    /** Whether the value of a row lies in min..max, as every value does of a type that has no bounds. */
    public boolean inBounds(Column column, int row) {
        if (min == null && max == null) {
            return true;
        }
        return type instanceof DecimalType decimal
                ? boxedInBounds(TypedValues.decimal(decimal, column.bytesAt(row)))
                : inBounds(column.bitsAt(row));
    }

    /** Whether a boxed value lies in min..max, as every value does of a type that has no bounds. */
    public boolean boxedInBounds(Object value) {
        return switch (value) {
            case Long number -> inBounds(number.longValue());
            case Double number -> inBounds(Double.doubleToRawLongBits(number));
            case BigDecimal number ->
                (!(min instanceof BigDecimal least) || number.compareTo(least) >= 0)
                        && (!(max instanceof BigDecimal greatest) || number.compareTo(greatest) <= 0);
            default -> true;
        };
    }

    /** Whether a value of fixed width lies in min..max. NaN does not if there is a bound. */
    public boolean inBounds(long bits) {
        if (min == null && max == null) {
            return true;
        }
        if (type.equals(FeatureType.FLOAT64)) {
            double value = Double.longBitsToDouble(bits);
            return !Double.isNaN(value)
                    && (!(min instanceof Double least) || value >= least)
                    && (!(max instanceof Double greatest) || value <= greatest);
        }
        return (!(min instanceof Long least) || bits >= least) && (!(max instanceof Long greatest) || bits <= greatest);
    }

    /** {@code min..max} for a message. */
    public String bounds() {
        return (min == null ? "" : TypedValues.text(type, min)) + ".."
                + (max == null ? "" : TypedValues.text(type, max));
    }
}
