package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Erasures that a test puts down. */
public final class FakeErasures implements Erasures {
    private final Map<String, Map<ByteBuffer, Stamp>> marks = new ConcurrentHashMap<>();

    /** Puts the entities of keys on the list. */
    public void add(FeatureSet set, FeatureBatch keys, Stamp mark) {
        Map<ByteBuffer, Stamp> ofSet = marks.computeIfAbsent(set.name(), missing -> new ConcurrentHashMap<>());
        for (int row = 0; row < keys.rows(); row++) {
            ofSet.put(ByteBuffer.wrap(KeyBytes.of(keys.columns(), row)), mark);
        }
    }

    @Override
    public ErasureList of(FeatureSet set) {
        return new ErasureList(marks.getOrDefault(set.name(), Map.of()));
    }
}
