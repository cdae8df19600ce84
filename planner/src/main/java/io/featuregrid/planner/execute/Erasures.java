package io.featuregrid.planner.execute;

import io.featuregrid.planner.definition.FeatureSet;

/** Which entities were erased: their observations up to a mark are skipped wherever they still lie. Safe for use by several threads. */
public interface Erasures {
    /** Nothing was ever erased. */
    Erasures NONE = set -> ErasureList.EMPTY;

    /** The erasures of a set as they are now. */
    ErasureList of(FeatureSet set);
}
