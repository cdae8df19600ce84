package io.featuregrid.offline.join;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;

/** Tells work in several threads that nobody waits for its result. */
final class Cancellation {
    private volatile boolean cancelled;

    void cancel() {
        cancelled = true;
    }

    /**
     * Ends the work if it was cancelled.
     *
     * @throws FeatureGridException CANCELLED
     */
    void check() {
        if (cancelled || Thread.currentThread().isInterrupted()) {
            throw new FeatureGridException(ErrorCode.CANCELLED, "the caller went away before the answer was complete");
        }
    }
}
