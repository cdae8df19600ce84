package io.featuregrid.offline.world;

import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Erasures that a test decides on. */
public final class SettableErasures implements Erasures {
    private final Map<String, Map<ByteBuffer, Stamp>> marks = new HashMap<>();

    /** Erases an entity by the canonical bytes of its key. */
    public synchronized void erase(FeatureSet set, byte[] key, Stamp mark) {
        marks.computeIfAbsent(set.table(), table -> new HashMap<>()).put(ByteBuffer.wrap(key), mark);
    }

    @Override
    public synchronized ErasureList of(FeatureSet set) {
        Map<ByteBuffer, Stamp> erased = marks.get(set.table());
        return erased == null ? ErasureList.EMPTY : new ErasureList(erased);
    }
}
