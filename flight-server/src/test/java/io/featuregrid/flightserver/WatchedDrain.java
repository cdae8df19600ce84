package io.featuregrid.flightserver;

import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationDrain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A drain that notes what it is asked for, and has as much undrained as a test says. */
final class WatchedDrain implements ObservationDrain {
    private final List<List<String>> drained = new ArrayList<>();
    private long undrained;
    private boolean slow;

    synchronized void setUndrained(long observations) {
        undrained = observations;
    }

    /** From now on it takes longer than any limit. */
    synchronized void setSlow() {
        slow = true;
    }

    /** The names of the sets of each drain so far. */
    synchronized List<List<String>> drained() {
        return List.copyOf(drained);
    }

    @Override
    public synchronized void drain(List<FeatureSet> sets, Duration limit) {
        drained.add(sets.stream().map(FeatureSet::name).toList());
        if (slow) {
            throw new FeatureGridException(
                    ErrorCode.UPSTREAM_FAILED, "the log was not drained within " + limit.toSeconds() + " s");
        }
    }

    @Override
    public synchronized long undrained(List<FeatureSet> sets) {
        return undrained;
    }
}
