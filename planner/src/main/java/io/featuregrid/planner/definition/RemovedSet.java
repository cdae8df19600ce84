package io.featuregrid.planner.definition;

import java.util.ArrayList;
import java.util.List;

/**
 * A set that the catalog once had. Its history stays under its table's name, so a set of the same name starts beside it, in a later epoch
 * and with higher feature numbers: no row of the one can be read as a row of the other.
 *
 * @param nextNumber the number that its next feature would have got
 * @param epoch its last
 * @param features all that it ever had: by them its old rows are read
 */
public record RemovedSet(String name, int number, int nextNumber, int epoch, List<RemovedFeature> features) {
    public RemovedSet {
        features = List.copyOf(features);
    }

    /** What is remembered of a set that ends. */
    static RemovedSet of(FeatureSet set) {
        FeatureSet.Identity identity = set.identity();
        List<RemovedFeature> features = new ArrayList<>(identity.removed());
        for (Feature feature : set.features()) {
            features.add(new RemovedFeature(
                    feature.name(), feature.number(), feature.type(), feature.sinceEpoch(), identity.epoch()));
        }
        return new RemovedSet(set.name(), identity.number(), identity.nextNumber(), identity.epoch(), features);
    }
}
