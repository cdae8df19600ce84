package io.featuregrid.flightserver.stream;

import io.featuregrid.offline.History;
import io.featuregrid.offline.join.TrainingSetJoin;
import io.featuregrid.offline.load.LoadProgress;
import io.featuregrid.offline.load.LoadResult;
import io.featuregrid.offline.read.HistoryScan;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ObservationDrain;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Lookup;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * History as a reader asks for it: with everything that was acknowledged before, or as it is. Safe for use by several threads.
 */
public final class FreshHistory {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final History history;
    private final ObservationDrain drain;

    public FreshHistory(History history, ObservationDrain drain) {
        this.history = history;
        this.drain = drain;
    }

    /**
     * A training set that has begun.
     *
     * @param undrained how many acknowledged observations it may not see
     */
    public record Begun(TrainingSetJoin join, long undrained) {}

    /**
     * Begins a training set. The caller closes the join.
     *
     * @param fresh whether all that is acknowledged by now is to be seen
     * @throws io.featuregrid.planner.error.FeatureGridException UPSTREAM_FAILED if that takes more than ten seconds
     */
    public Begun join(TrainingSetPlan plan, boolean fresh) {
        List<FeatureSet> sets = plan.lookups().stream()
                .filter(lookup -> !(lookup.keys() instanceof Keys.None))
                .map(Lookup::set)
                .distinct()
                .toList();
        // First what is to be seen, then the snapshots that hold it.
        long undrained = settle(sets, fresh);
        return new Begun(history.join(plan), undrained);
    }

    /** Reads a set's history, as {@link #join}. The caller closes the scan. */
    public HistoryScan scan(FeatureSet set, boolean fresh) {
        settle(List.of(set), fresh);
        return history.scan(set);
    }

    /** Loads a set as of a time into the online store, as {@link History#load}, after what is acknowledged by now has come into history. */
    public LoadResult load(FeatureSet set, OptionalLong asOf, LoadProgress progress) {
        settle(List.of(set), true);
        return history.load(set, asOf, progress);
    }

    private long settle(List<FeatureSet> sets, boolean fresh) {
        if (fresh) {
            drain.drain(sets, LIMIT);
            return 0;
        }
        return drain.undrained(sets);
    }
}
