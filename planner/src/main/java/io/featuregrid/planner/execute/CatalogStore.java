package io.featuregrid.planner.execute;

import io.featuregrid.planner.definition.Catalog;

/** Where the catalog is kept. Safe for use by several threads. */
public interface CatalogStore {
    /** The catalog as it is now: immutable, so a request that holds it sees one version to its end. */
    Catalog current();

    /**
     * Puts the next catalog in place of the one that it was planned from, whole or not at all; it is durable when this returns.
     *
     * @param base the version that {@code next} was planned from
     * @throws io.featuregrid.planner.error.FeatureGridException CONFLICT if the catalog moved on meanwhile
     */
    void replace(int base, Catalog next);
}
