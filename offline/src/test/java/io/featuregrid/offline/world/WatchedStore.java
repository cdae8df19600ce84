package io.featuregrid.offline.world;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;

/** An online store on the heap that prepares sets by itself, counts what is merged, can lose everything, and fails when it is told to. */
public final class WatchedStore implements OnlineStore {
    private HeapOnlineStore store = new HeapOnlineStore();
    private long mergedRows;
    private int largestBatch;
    private int mergesUntilFailure = Integer.MAX_VALUE;

    /** Lets so many merges through; every later one fails. */
    public synchronized void failAfter(int merges) {
        mergesUntilFailure = merges;
    }

    /** Works again. */
    public synchronized void repair() {
        mergesUntilFailure = Integer.MAX_VALUE;
    }

    /** Forgets all rows and counts. */
    public synchronized void lose() {
        store = new HeapOnlineStore();
        mergedRows = 0;
    }

    /** Rows of all batches merged since the last loss. */
    public synchronized long mergedRows() {
        return mergedRows;
    }

    public synchronized int largestBatch() {
        return largestBatch;
    }

    @Override
    public synchronized void prepare(FeatureSet set) {
        store.prepare(set);
    }

    @Override
    public synchronized OnlineRows read(OnlineRead read, FeatureBatch keys) {
        store.prepare(read.set());
        return store.read(read, keys);
    }

    @Override
    public synchronized void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
        if (mergesUntilFailure-- <= 0) {
            mergesUntilFailure = 0;
            throw new IllegalStateException("the store was told to fail");
        }
        mergedRows += observations.rows();
        largestBatch = Math.max(largestBatch, observations.rows());
        store.prepare(set);
        store.merge(set, observations, versions);
    }

    @Override
    public synchronized void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {
        store.prepare(set);
        store.erase(set, keys, mark);
    }
}
