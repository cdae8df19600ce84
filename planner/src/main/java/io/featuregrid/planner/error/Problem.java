package io.featuregrid.planner.error;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, as a caller reads it.
 *
 * @param message what was got, what was expected, what to do
 * @param feature the fully qualified name of the feature concerned, or null
 * @param resolver the name of the resolver concerned, or null
 */
public record Problem(
        ErrorCode code,
        String message,
        @Nullable String feature,
        @Nullable String resolver) {
    public Problem(ErrorCode code, String message, @Nullable String feature) {
        this(code, message, feature, null);
    }

    public Problem(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** {@code CODE: message}. */
    @Override
    public String toString() {
        return code + ": " + message;
    }
}
