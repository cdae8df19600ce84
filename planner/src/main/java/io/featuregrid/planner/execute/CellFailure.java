package io.featuregrid.planner.execute;

import io.featuregrid.planner.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Why a value could not be computed.
 *
 * @param resolver that should have given it
 * @param exception what its function threw, with its own stack; null if it threw nothing
 */
public record CellFailure(
        ErrorCode code,
        String message,
        String resolver,
        @Nullable String exception) {}
