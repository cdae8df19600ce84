package io.featuregrid.planner.execute;

/** Where what a query computed goes. Safe for use by several threads. */
public interface ComputedWriting {
    /**
     * Writes back what a query computed.
     *
     * @param durable whether it must be durable when this returns; else it is written soon
     * @throws io.featuregrid.planner.error.FeatureGridException RESOURCE_EXHAUSTED if there is no room for it now
     */
    void write(ComputedObservations.Written computed, boolean durable);
}
