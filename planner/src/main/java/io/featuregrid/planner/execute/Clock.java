package io.featuregrid.planner.execute;

/** Tells the time. */
@FunctionalInterface
public interface Clock {
    /** Microseconds since the epoch, UTC. */
    long nowMicros();

    /** The machine's clock. */
    static Clock system() {
        return () -> {
            java.time.Instant now = java.time.Instant.now();
            return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000L;
        };
    }
}
