package io.featuregrid.planner.definition;

import org.jspecify.annotations.Nullable;

/**
 * Which values a feature may have.
 *
 * @param nullable whether null is a value
 * @param defaultValue what MISSING shows as; null for none. A Long (INT64, TIMESTAMP in microseconds, DATE in days), Double, String or
 *     Boolean
 * @param min the least value that may be written, itself included; null for none; a Long or Double as above
 * @param max the greatest value that may be written, itself included; null for none
 */
public record Values(
        FeatureType type,
        boolean nullable,
        @Nullable Object defaultValue,
        @Nullable Object min,
        @Nullable Object max) {
    /** Whether a value lies in min..max. NaN does not if there is a bound. */
    public boolean inBounds(long bits) {
        if (min == null && max == null) {
            return true;
        }
        if (type == FeatureType.FLOAT64) {
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
