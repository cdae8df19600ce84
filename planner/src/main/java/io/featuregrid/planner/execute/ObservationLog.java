package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where single writes become durable at once; a drain brings them into history later. Safe for use by several threads. */
public interface ObservationLog {
    /**
     * Logs observations and merges them into their online rows, in this order; all of them are durable when this returns, or none counts.
     *
     * @throws io.featuregrid.planner.error.FeatureGridException RESOURCE_EXHAUSTED if the log is full; CONFLICT if the ingest id was used
     *     for another number of rows
     */
    Receipt append(Upload upload);

    /**
     * What a caller writes.
     *
     * @param ingestId the caller's name for this write, by which a retry is known for 24 hours; null if none
     * @param sets stay the caller's
     */
    record Upload(@Nullable String ingestId, Origin origin, List<SetRows> sets) {}

    /**
     * Rows of one set.
     *
     * @param observations a batch of observations as {@link io.featuregrid.planner.batch.ObservationColumns} says, of which only
     *     {@code __observed_at} and {@code __tombstone} are there: the log gives inserted_at, sequence and origin. observed_at is MISSING
     *     where the accepting node's clock is meant
     * @param versions by which resolver versions the features that the rows carry were computed
     * @param online whether the rows are merged into their online rows; if not, they are for history only and count once they are logged
     */
    record SetRows(FeatureSet set, FeatureBatch observations, ResolverVersions versions, boolean online) {
        /** Rows that no resolver computed, for history and their online rows. */
        public SetRows(FeatureSet set, FeatureBatch observations) {
            this(set, observations, ResolverVersions.NONE, true);
        }
    }

    /**
     * What was written, now or by the first write of the same ingest id.
     *
     * @param insertedAt microseconds
     */
    record Receipt(long observations, long insertedAt) {}
}
