package io.featuregrid.gridnode.ingest;

import java.time.Duration;

/** Lets time go by where another node or thread has to come on first. Safe for use by several threads. */
@FunctionalInterface
public interface Pauses {
    /**
     * Waits.
     *
     * @throws io.featuregrid.planner.error.FeatureGridException CANCELLED if the node stops meanwhile
     */
    void pause(Duration length);
}
