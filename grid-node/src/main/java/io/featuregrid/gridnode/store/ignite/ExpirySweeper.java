package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.planner.execute.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes, at an interval, the rows that expired and those that a replaced set left behind, each node those of its primary partitions. A
 * row is looked at again when it is removed, so one that was written meanwhile stays.
 */
public final class ExpirySweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExpirySweeper.class);
    private static final long LAST_SWEEP_SECONDS = 30;

    private final IgniteOnlineStore store;
    private final Clock clock;
    private final ScheduledExecutorService sweeps = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("expiry").daemon().factory());

    private @Nullable ScheduledFuture<?> running;

    /** A sweeper that does nothing by itself until it is started. */
    public ExpirySweeper(IgniteOnlineStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Sweeps from now on, an interval after the last sweep ended; one that fails is told and tried again. */
    public synchronized void start(Duration interval) {
        if (running != null) {
            throw new IllegalStateException("the sweeper was started twice (expected once)");
        }
        running = sweeps.scheduleWithFixedDelay(
                this::trySweep, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Sweeps once.
     *
     * @return how many rows were found expired
     */
    public long sweep() {
        long now = clock.nowMicros();
        long found = 0;
        for (RowDefinitions.Known known : store.definitions().known()) {
            if (known.set() != null
                    && (known.expiry().isPresent() || known.set().identity().replaces())) {
                found += store.expire(known, now);
            }
        }
        return found;
    }

    /** Ends after the sweep that runs. */
    @Override
    public void close() {
        sweeps.shutdownNow();
        try {
            if (!sweeps.awaitTermination(LAST_SWEEP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a sweep of expired rows goes on after {} s", LAST_SWEEP_SECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void trySweep() {
        try {
            long found = sweep();
            if (found > 0) {
                LOG.info("{} expired rows removed", found);
            }
        } catch (RuntimeException failure) {
            LOG.warn("expired rows cannot be removed now: {}", failure.getMessage(), failure);
        }
    }
}
