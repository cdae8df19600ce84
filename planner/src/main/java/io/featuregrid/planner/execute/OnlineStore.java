package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;

/**
 * The newest value of every feature, by entity: one row an entity. Newest wins per feature by stamp, so merging is commutative and
 * idempotent. Safe for use by several threads.
 *
 * <p>A set is named as the catalog of the request has it: features are known by their numbers, so rows that were written under an older
 * definition are read by a newer one.
 */
public interface OnlineStore {
    /**
     * Makes room for a set. Called whenever the catalog has a new definition of it, before anything is read or written by that.
     */
    void prepare(FeatureSet set);

    /**
     * Reads the rows of entities.
     *
     * @param keys the key columns of the set in the order of the key, by name, with a value in every row; a global set's batch has no
     *     column and its number of rows says how often the one row is read. Stays the caller's
     */
    OnlineRows read(OnlineRead read, FeatureBatch keys);

    /**
     * Merges observations into the rows of their entities; durable as the store is when this returns. An observation that is told twice,
     * once without its versions, keeps them: so it does not matter whether it came back from history first or was merged again first.
     *
     * @param observations as {@link io.featuregrid.planner.batch.ObservationColumns} says; stays the caller's
     * @param versions by which resolver versions what they carry was computed; a tombstone has none
     */
    void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions);

    /** Merges observations that no resolver computed, or of which that is not known. */
    default void merge(FeatureSet set, FeatureBatch observations) {
        merge(set, observations, ResolverVersions.NONE);
    }

    /**
     * Removes all that a row holds by stamps below a mark: {@code (insertedAt, sequence)} of the mark or lower.
     *
     * @param keys as for {@link #read}
     */
    void erase(FeatureSet set, FeatureBatch keys, Stamp mark);
}
