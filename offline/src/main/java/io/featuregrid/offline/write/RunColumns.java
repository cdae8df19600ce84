package io.featuregrid.offline.write;

import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.plan.IngestPlan.CarriedColumn;
import java.util.List;

/**
 * Where the batches of a run keep what goes into files.
 *
 * @param keys positions of the key columns, in the order of the key
 * @param carried the features that rows can carry, with the positions of their columns
 */
record RunColumns(FeatureSet set, List<Integer> keys, List<CarriedColumn> carried) {
    RunColumns {
        keys = List.copyOf(keys);
        carried = List.copyOf(carried);
    }

    static RunColumns of(IngestPlan plan) {
        return new RunColumns(plan.set(), plan.keys(), plan.carried());
    }
}
