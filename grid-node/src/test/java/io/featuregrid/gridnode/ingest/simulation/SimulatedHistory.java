package io.featuregrid.gridnode.ingest.simulation;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A history that commits rows and their segments' numbers in one step, as a table of Iceberg does, and may fail before or after. */
final class SimulatedHistory implements ObservationSink {
    private final Map<List<Object>, Long> drained = new HashMap<>();
    private final Map<String, List<FeatureBatch>> rows = new HashMap<>();
    private final Runnable step;
    private final Runnable error;

    /**
     * An empty history.
     *
     * @param step lets others get on
     * @param error throws now and then
     */
    SimulatedHistory(Runnable step, Runnable error) {
        this.step = step;
        this.error = error;
    }

    @Override
    public long drained(FeatureSet set, int shard) {
        step.run();
        return drained.getOrDefault(List.of(set.name(), shard), 0L);
    }

    @Override
    public void drain(FeatureSet set, List<ShardSegment> segments) {
        step.run();
        step.run();
        fail();
        for (ShardSegment segment : segments) {
            List<Object> shard = List.of(set.name(), segment.shard());
            if (segment.number() > drained.getOrDefault(shard, 0L)) {
                drained.put(shard, segment.number());
                rows.computeIfAbsent(set.name(), missing -> new ArrayList<>()).addAll(segment.observations());
            }
        }
        step.run();
        fail();
    }

    /** All that was ever committed for a set. */
    List<FeatureBatch> rows(FeatureSet set) {
        return rows.getOrDefault(set.name(), List.of());
    }

    private void fail() {
        try {
            error.run();
        } catch (IllegalStateException failure) {
            throw new FeatureGridException(ErrorCode.UPSTREAM_FAILED, "history failed", failure);
        }
    }
}
