package io.featuregrid.planner.execute;

import io.featuregrid.planner.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A row for which a function gave no value.
 *
 * @param output which output has none; {@link #ALL} for all of them
 * @param code RESOLVER_FAILED, RESOLVER_TIMED_OUT or VALIDATION_FAILED
 * @param message what happened, without secrets of the node
 * @param exception what the function threw, as text with its own stack; null if it threw nothing
 */
public record FunctionFailure(
        int row,
        int output,
        ErrorCode code,
        String message,
        @Nullable String exception) {
    public static final int ALL = -1;
}
