package io.featuregrid.offline.join;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import java.util.List;

/** A training set in the making, over snapshots that stay the same to its end. For one thread, except {@link #cancel}. */
public interface TrainingSetJoin extends AutoCloseable {
    /** The spine columns that the join reads and the types it reads them as; a name stands once for each of its types. */
    List<TypedColumn> spineColumns();

    /** The most spine rows that one call takes. */
    int windowRows();

    /**
     * Joins a window of spine rows.
     *
     * @param spine columns as {@link #spineColumns}; taken over and closed
     * @throws io.featuregrid.planner.error.FeatureGridException INTERNAL_SERVER_ERROR naming table and file if history cannot be read,
     *     CANCELLED after {@link #cancel}
     */
    JoinedWindow join(FeatureBatch spine);

    /** Which snapshots are read, for the report. */
    String snapshot();

    /** Makes the join end soon; from any thread. */
    void cancel();

    @Override
    void close();
}
