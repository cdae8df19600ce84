package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.List;

/** History as the drain of the observation log sees it. One caller a set at a time. */
public interface ObservationSink {
    /** The number of the last segment of a shard that history holds; 0 for none. */
    long drained(FeatureSet set, int shard);

    /**
     * What a drain brings of one shard.
     *
     * @param number higher than those of the shard's segments before
     * @param observations as {@link io.featuregrid.planner.batch.ObservationColumns} says; stay the caller's
     */
    record ShardSegment(int shard, long number, List<FeatureBatch> observations) {
        public ShardSegment {
            observations = List.copyOf(observations);
        }
    }

    /**
     * Writes the observations of segments and makes them visible together with the segments' numbers, all in one step. Leaves out those for
     * whose shard history holds that number or a higher one.
     *
     * @param segments of different shards
     * @throws io.featuregrid.planner.error.FeatureGridException UPSTREAM_FAILED or INTERNAL_SERVER_ERROR; the segments may be visible or
     *     not, which {@link #drained} tells
     */
    void drain(FeatureSet set, List<ShardSegment> segments);
}
