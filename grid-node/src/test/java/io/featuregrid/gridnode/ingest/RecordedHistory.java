package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A history in memory that can be out of order. Safe for use by several threads. */
public final class RecordedHistory implements ObservationSink {
    private final Map<String, Long> drained = new HashMap<>();
    private final Map<String, List<FeatureBatch>> batches = new HashMap<>();
    private boolean broken;

    public synchronized void setBroken(boolean now) {
        broken = now;
    }

    @Override
    public synchronized long drained(FeatureSet set, int shard) {
        return drained.getOrDefault(set.name() + shard, 0L);
    }

    @Override
    public synchronized void drain(FeatureSet set, List<ShardSegment> segments) {
        if (broken) {
            throw new FeatureGridException(ErrorCode.UPSTREAM_FAILED, "history is out of order");
        }
        for (ShardSegment segment : segments) {
            if (segment.number() > drained(set, segment.shard())) {
                drained.put(set.name() + segment.shard(), segment.number());
                batches.computeIfAbsent(set.name(), missing -> new ArrayList<>())
                        .addAll(segment.observations());
            }
        }
    }

    /** Every row of a set: the cells of the columns named, as text, sorted. */
    public synchronized List<String> rows(FeatureSet set, String... columns) {
        List<String> rows = new ArrayList<>();
        for (FeatureBatch batch : batches.getOrDefault(set.name(), List.of())) {
            for (int row = 0; row < batch.rows(); row++) {
                List<String> cells = new ArrayList<>();
                for (String name : columns) {
                    int index = batch.names().indexOf(name);
                    cells.add(index < 0 ? "MISSING" : batch.column(index).describe(row));
                }
                rows.add(String.join(" ", cells));
            }
        }
        rows.sort(null);
        return rows;
    }

    /** The ids of all observations of a set, as text. */
    public List<String> ids(FeatureSet set) {
        return rows(set, ObservationColumns.INSERTED_AT, ObservationColumns.SEQUENCE);
    }
}
