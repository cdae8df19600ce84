package io.featuregrid.ops.node;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;

/** The online store of a node without a grid: takes everything, keeps nothing, and nobody reads it. */
final class NoGrid implements OnlineStore {
    @Override
    public void prepare(FeatureSet set) {}

    @Override
    public OnlineRows read(OnlineRead read, FeatureBatch keys) {
        throw new IllegalStateException(
                "the online rows of '" + read.set().name() + "' are read, but there is no grid");
    }

    @Override
    public void merge(FeatureSet set, FeatureBatch observations) {}

    @Override
    public void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {}
}
