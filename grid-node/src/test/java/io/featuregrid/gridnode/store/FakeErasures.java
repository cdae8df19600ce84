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

/** Erasures that a test puts down; of every set. */
public final class FakeErasures implements Erasures {
    private final Map<ByteBuffer, Stamp> marks = new ConcurrentHashMap<>();

    /** Puts the entities of keys on the list. */
    public void add(FeatureBatch keys, Stamp mark) {
        for (int row = 0; row < keys.rows(); row++) {
            marks.put(ByteBuffer.wrap(KeyBytes.of(keys.columns(), row)), mark);
        }
    }

    @Override
    public ErasureList of(FeatureSet set) {
        return new ErasureList(marks);
    }
}
