package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.Timing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the plans of online queries over an online store: reads, then calls. Safe for use by several threads. */
public final class PlanRunner {
    private final OnlineStore store;
    private final CallRunner calls;

    public PlanRunner(OnlineStore store, CallRunner calls) {
        this.store = store;
        this.calls = calls;
    }

    /**
     * How a query is run.
     *
     * @param now microseconds
     * @param stamps whether the answer tells when its values were observed
     * @param deadline looked at before each stage; functions get a part of what is left
     * @param timings gets an entry a step; null if nobody wants to know
     */
    public record Occasion(
            long now,
            boolean stamps,
            String traceId,
            Deadline deadline,
            @Nullable List<Timing> timings) {}

    /**
     * The answer to a query, as far as observations up to {@code now} tell it. Each stage reads each of its entities once.
     *
     * @param inputs a column for each input of the plan, in that order; on the heap, the answer refers to it
     * @throws io.featuregrid.planner.error.FeatureGridException DEADLINE_EXCEEDED
     */
    public QueryResult run(QueryPlan plan, FeatureBatch inputs, Occasion occasion) {
        QueryResult result = new QueryResult(plan, inputs, occasion.now());
        for (QueryPlan.Stage stage : plan.stages()) {
            occasion.deadline().check();
            for (QueryPlan.Read read : stage.reads()) {
                read(read, result, occasion);
            }
        }
        occasion.deadline().check();
        if (!plan.calls().calls().isEmpty()) {
            call(plan, result, occasion);
        }
        return result;
    }

    private void read(QueryPlan.Read read, QueryResult result, Occasion occasion) {
        long start = System.nanoTime();
        EntityReads entities = EntityReads.of(read, result);
        if (entities.count() > 0) {
            OnlineRead online = new OnlineRead(
                    read.set(),
                    read.features(),
                    read.maxAgesMicros().toArray(),
                    occasion.now(),
                    occasion.stamps(),
                    accepted(read));
            result.read(read, entities, store.read(online, entities.keys()));
        } else {
            result.readNothing(read);
        }
        if (occasion.timings() != null) {
            occasion.timings()
                    .add(new Timing("read '" + read.set().name() + "'", System.nanoTime() - start, entities.count()));
        }
    }

    private static AcceptedVersions accepted(QueryPlan.Read read) {
        if (read.versions().stream().allMatch(List::isEmpty)) {
            return AcceptedVersions.ANY;
        }
        List<int @Nullable []> versions = new ArrayList<>();
        for (List<Integer> ofFeature : read.versions()) {
            versions.add(
                    ofFeature.isEmpty()
                            ? null
                            : ofFeature.stream().mapToInt(Integer::intValue).toArray());
        }
        return AcceptedVersions.of(versions);
    }

    private void call(QueryPlan plan, QueryResult result, Occasion occasion) {
        long[] times = new long[result.rows()];
        Arrays.fill(times, occasion.now());
        boolean[] timed = new boolean[result.rows()];
        Arrays.fill(timed, true);
        List<Ref> wanted = plan.outputs().stream().map(QueryPlan.Output::value).toList();
        calls.run(
                result.calls(),
                wanted,
                new CallRunner.Occasion(
                        plan.catalogVersion(),
                        occasion.traceId(),
                        times,
                        timed,
                        occasion.deadline(),
                        occasion.timings()));
    }
}
