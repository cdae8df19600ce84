package io.featuregrid.offline.write;

import io.featuregrid.planner.batch.FeatureBatch;

/** Rows on their way into history: whole or not at all. For one thread. */
public interface Ingest extends AutoCloseable {
    /**
     * Adds rows; takes the batch over and closes it, also when it fails.
     *
     * @param batch columns as {@link io.featuregrid.planner.plan.IngestPlan#columns} lists them
     * @throws io.featuregrid.planner.error.FeatureGridException VALIDATION_FAILED naming row and value; nothing can be added after that
     */
    void append(FeatureBatch batch);

    /**
     * Makes all rows durable and visible in one step. Retried with the same ingest id it commits nothing twice and answers the same.
     *
     * @throws io.featuregrid.planner.error.FeatureGridException CONFLICT if the id was used with another number of rows
     */
    IngestCounts commit();

    /** Without a commit before: drops every row. */
    @Override
    void close();
}
