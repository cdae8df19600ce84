package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.plan.QueryPlan;

/** Runs the plans of online queries over an online store. Safe for use by several threads. */
public final class PlanRunner {
    private final OnlineStore store;

    public PlanRunner(OnlineStore store) {
        this.store = store;
    }

    /**
     * The answer to a query, as far as observations up to {@code now} tell it. Each stage reads each of its entities once.
     *
     * @param inputs a column for each input of the plan, in that order; on the heap, the answer refers to it
     * @param now microseconds
     * @param stamps whether the answer tells when its values were observed
     * @param deadline looked at before each stage
     * @throws io.featuregrid.planner.error.FeatureGridException DEADLINE_EXCEEDED
     */
    public QueryResult run(QueryPlan plan, FeatureBatch inputs, long now, boolean stamps, Deadline deadline) {
        QueryResult result = new QueryResult(plan, inputs, now);
        for (QueryPlan.Stage stage : plan.stages()) {
            deadline.check();
            for (QueryPlan.Read read : stage.reads()) {
                EntityReads entities = EntityReads.of(read, result);
                if (entities.count() > 0) {
                    OnlineRead online = new OnlineRead(
                            read.set(), read.features(), read.maxAgesMicros().toArray(), now, stamps);
                    result.read(read, entities, store.read(online, entities.keys()));
                } else {
                    result.readNothing(read);
                }
            }
        }
        deadline.check();
        return result;
    }
}
