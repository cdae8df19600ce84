package io.featuregrid.offline.join;

import io.featuregrid.planner.batch.FeatureBatch;

/** The features of a window of spine rows, in the order of the spine, no row left out. Who receives it closes the batch. */
public final class JoinedWindow {
    private final FeatureBatch features;
    private final boolean[] kept;

    JoinedWindow(FeatureBatch features, boolean[] kept) {
        this.features = features;
        this.kept = kept;
    }

    /** A column an output; rows that are not present are MISSING, defaults not yet in their place. */
    public FeatureBatch features() {
        return features;
    }

    /** Which rows have all that is required of them. */
    public boolean[] kept() {
        return kept;
    }
}
