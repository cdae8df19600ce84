package io.featuregrid.planner.execute;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * What writes pass through, many at a time, and what can be closed for a moment: while it is closed no write is under way, so that what
 * several stores hold is looked at as of one moment. Safe for use by several threads; a write that is inside may pass again.
 */
public final class WriteGate {
    // Fair: a steady stream of writes must not keep who closes it waiting for ever.
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    /** Makes a write. Waits as long as the gate is closed. */
    public <T> T pass(Supplier<T> write) {
        lock.readLock().lock();
        try {
            return write.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Closes the gate, waits until the writes inside have ended, works, and opens it again.
     *
     * @param limit how long the writes inside are waited for
     * @throws FeatureGridException UPSTREAM_FAILED if they take longer; CANCELLED if the thread is interrupted
     */
    public <T> T closed(Duration limit, Supplier<T> work) {
        boolean closed;
        try {
            closed = lock.writeLock().tryLock(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FeatureGridException(
                    ErrorCode.CANCELLED, "interrupted while writes under way were waited for", interrupted);
        }
        if (!closed) {
            throw new FeatureGridException(
                    ErrorCode.UPSTREAM_FAILED,
                    "writes that were under way did not end within " + limit
                            + " (expected a moment between two writes: try again)");
        }
        try {
            return work.get();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
