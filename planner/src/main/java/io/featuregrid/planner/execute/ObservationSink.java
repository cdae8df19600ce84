package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.List;

/** History as the drain of the observation log sees it. One caller a set at a time. */
public interface ObservationSink {
    /** The number of the last segment of a shard that history holds; 0 for none. */
    long drained(FeatureSet set, int shard);

    /**
     * Writes a segment's observations and makes them visible together with its number, in one step. Does nothing if history holds a segment
     * of that number or a higher one.
     *
     * @param observations as {@link io.featuregrid.planner.batch.ObservationColumns} says; stay the caller's
     * @throws io.featuregrid.planner.error.FeatureGridException UPSTREAM_FAILED or INTERNAL_SERVER_ERROR; the segment may be visible or
     *     not, which {@link #drained} tells
     */
    void drain(FeatureSet set, int shard, long segment, List<FeatureBatch> observations);
}
