package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;

/** What callers of the log are told. */
final class Refusal {
    private Refusal() {}

    static FeatureGridException full(String message) {
        return new FeatureGridException(ErrorCode.RESOURCE_EXHAUSTED, message);
    }

    static FeatureGridException upstream(String message) {
        return new FeatureGridException(ErrorCode.UPSTREAM_FAILED, message);
    }

    static FeatureGridException conflict(String ingestId, long before, long now) {
        return new FeatureGridException(
                ErrorCode.CONFLICT,
                "ingest_id \"" + ingestId + "\" was used for a write of " + before + " rows, and now comes with " + now
                        + (before == now ? " other ones" : "")
                        + " (expected the same rows, or another ingest_id)");
    }
}
