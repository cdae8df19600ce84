package io.featuregrid.planner.definition;

import java.util.List;
import java.util.Optional;

/**
 * All definitions at one version. Immutable.
 *
 * @param version 0 for the empty catalog, one more with each change
 * @param nextSetNumber the number that the next new set gets
 */
public record Catalog(
        int version, int nextSetNumber, List<FeatureSet> sets, List<RemovedSet> removed, Functions functions) {
    public static final Catalog EMPTY = new Catalog(0, 1, List.of(), List.of());

    public Catalog {
        sets = List.copyOf(sets);
        removed = List.copyOf(removed);
    }

    /** A catalog of stored features only. */
    public Catalog(int version, int nextSetNumber, List<FeatureSet> sets, List<RemovedSet> removed) {
        this(version, nextSetNumber, sets, removed, Functions.NONE);
    }

    public Optional<FeatureSet> set(String name) {
        return sets.stream().filter(set -> set.name().equals(name)).findFirst();
    }
}
