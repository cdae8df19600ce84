package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.EntityEraser;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.execute.StampSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Erases entities from the grid: first the mark, by which every node skips what it still meets of them, then the rows. Safe for use by
 * several threads.
 */
public final class GridEntityEraser implements EntityEraser {
    private final GridErasures erasures;
    private final OnlineStore online;
    private final StampSource stamps;

    public GridEntityEraser(GridErasures erasures, OnlineStore online, StampSource stamps) {
        this.erasures = erasures;
        this.online = online;
        this.stamps = stamps;
    }

    @Override
    public Stamp erase(FeatureSet set, FeatureBatch keys) {
        long insertedAt = stamps.next();
        Stamp mark = new Stamp(insertedAt, insertedAt, stamps.sequence(0));
        List<byte[]> erased = new ArrayList<>();
        for (int row = 0; row < keys.rows(); row++) {
            erased.add(KeyBytes.of(keys.columns(), row));
        }
        erasures.add(set, erased, mark);
        online.erase(set, keys, mark);
        return mark;
    }
}
