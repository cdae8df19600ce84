package io.featuregrid.offline.join;

import io.featuregrid.planner.batch.FeatureBatch;

/** What is taken for a window of spine rows, in the order of the spine, no row left out. Who receives it closes the batch. */
public final class JoinedWindow {
    private final FeatureBatch columns;
    private final long[] times;
    private final boolean[] timed;

    JoinedWindow(FeatureBatch columns, long[] times, boolean[] timed) {
        this.columns = columns;
        this.times = times;
        this.timed = timed;
    }

    /** The columns that the plan takes, by their number; rows that are not present are MISSING, defaults not yet in their place. */
    public FeatureBatch columns() {
        return columns;
    }

    /** Each row's T in microseconds, where {@link #timed} says that it has one. */
    public long[] times() {
        return times;
    }

    /** Which rows have a T. */
    public boolean[] timed() {
        return timed;
    }
}
