package io.featuregrid.planner.execute;

import io.featuregrid.planner.definition.FeatureSet;
import java.time.Duration;
import java.util.List;

/** The drain of the observation log as readers of history see it. Safe for use by several threads. */
public interface ObservationDrain {
    /**
     * Brings into history every observation of the sets that was acknowledged before this call.
     *
     * @throws io.featuregrid.planner.error.FeatureGridException UPSTREAM_FAILED if that takes longer than the limit
     */
    void drain(List<FeatureSet> sets, Duration limit);

    /** How many observations of the sets are acknowledged and not yet in history. */
    long undrained(List<FeatureSet> sets);

    /** Nothing is ever logged: for a node without a grid. */
    ObservationDrain NONE = new ObservationDrain() {
        @Override
        public void drain(List<FeatureSet> sets, Duration limit) {}

        @Override
        public long undrained(List<FeatureSet> sets) {
            return 0;
        }
    };
}
