package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.List;

/** Catalogs and sets that have no more than a number. */
final class Catalogs {
    private Catalogs() {}

    static Catalog version(int version) {
        return new Catalog(version, 1 + version, List.of(), List.of());
    }

    static FeatureSet set(int number) {
        FeatureSet.Identity identity = new FeatureSet.Identity("set" + number, number, 1, 1, false, List.of());
        return new FeatureSet(identity, List.of("id"), null, List.of(), List.of());
    }
}
