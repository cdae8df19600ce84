package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;

/** Forgets entities, online and in history. Safe for use by several threads. */
@FunctionalInterface
public interface EntityEraser {
    /**
     * Forgets all that is known of entities until now. Durable when this returns; doing it twice does no harm.
     *
     * @param keys the key columns of the set in the order of the key, by name, with a value in every row; stays the caller's
     * @return the mark: of it inserted_at and sequence count, and what has a lower one is forgotten
     */
    Stamp erase(FeatureSet set, FeatureBatch keys);
}
