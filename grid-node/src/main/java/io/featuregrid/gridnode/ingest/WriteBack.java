package io.featuregrid.gridnode.ingest;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.ObservationLog.Upload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what queries computed after they were answered: in the order in which it was given, by one thread of its own. Small uploads that
 * wait one behind the other become one append. Safe for use by several threads.
 *
 * <p>A full log is waited for, within a limit: what waits here then grows until {@link #later} refuses more. All other failures lose their
 * uploads, for whether they were logged cannot be known; they are counted in {@code writeback.failed}. What waits when the process dies is
 * lost too.
 */
public final class WriteBack implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(WriteBack.class);
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final ObservationLog log;
    private final Limits limits;
    private final Counter written;
    private final Counter failed;
    private final Counter refused;
    private final Thread writer;

    private final Deque<JoinedUpload> waiting = new ArrayDeque<>();
    /** All that is here: what waits and what is being logged. */
    private long rows;

    private long bytes;
    /** How many uploads were ever taken, and how many of them are logged or lost. */
    private long taken;

    private long settled;
    private boolean closing;
    private boolean abandoned;

    /**
     * How much may be here.
     *
     * @param queueRows how many observations may wait; one upload is always let in where none waits
     * @param queueBytes of their columns
     * @param appendRows how many observations are joined into one append at most
     * @param appendBytes of their columns
     * @param full how long a full log is waited for
     * @param close how long a close writes what waits
     */
    public record Limits(
            long queueRows, long queueBytes, long appendRows, long appendBytes, Duration full, Duration close) {
        /** What holds if nothing is configured. */
        public static Limits defaults() {
            return new Limits(100_000, 64L << 20, 1_024, 1L << 20, Duration.ofMinutes(1), Duration.ofSeconds(10));
        }
    }

    private WriteBack(ObservationLog log, Limits limits, MetricRegistry metrics) {
        this.log = log;
        this.limits = limits;
        this.written = metrics.counter("writeback.written");
        this.failed = metrics.counter("writeback.failed");
        this.refused = metrics.counter("writeback.refused");
        // In place of one that an earlier queue of this process showed.
        metrics.remove("writeback.depth");
        metrics.register("writeback.depth", (Gauge<Long>) this::depth);
        this.writer = Thread.ofVirtual().name("featuregrid-writeback").unstarted(this::write);
    }

    /**
     * A queue with its thread.
     *
     * @param log stays the caller's, and must not be closed before this is
     */
    public static WriteBack start(ObservationLog log, Limits limits, MetricRegistry metrics) {
        WriteBack started = new WriteBack(log, limits, metrics);
        started.writer.start();
        return started;
    }

    /**
     * Logs an upload later, and answers at once.
     *
     * @param upload on the heap, and nobody's to change or close from now on. Its rows state their {@code __observed_at}: where they do not
     *     it is the time when they are logged
     * @throws FeatureGridException RESOURCE_EXHAUSTED if too much waits already; CANCELLED if the queue is closed. Nothing of it is logged
     *     then
     */
    public void later(Upload upload) {
        JoinedUpload added = JoinedUpload.of(upload);
        if (added.rows() == 0) {
            return;
        }
        synchronized (this) {
            if (closing) {
                refused.inc(added.rows());
                throw new FeatureGridException(
                        ErrorCode.CANCELLED, added.rows() + " computed rows are not stored: the node is stopping");
            }
            boolean room = rows + added.rows() <= limits.queueRows() && bytes + added.bytes() <= limits.queueBytes();
            if (rows > 0 && !room) {
                refused.inc(added.rows());
                throw Refusal.full(added.rows() + " computed rows are not stored: " + rows + " rows of " + bytes
                        + " bytes wait to be logged (at most " + limits.queueRows() + " rows and "
                        + limits.queueBytes() + " bytes; try again later, or ask with durable_log: true)");
            }
            waiting.add(added);
            rows += added.rows();
            bytes += added.bytes();
            taken++;
            notifyAll();
        }
    }

    /** How many observations wait or are being logged. */
    public synchronized long depth() {
        return rows;
    }

    /**
     * Waits until all that was given before is logged or, where that failed, counted as lost.
     *
     * @throws FeatureGridException UPSTREAM_FAILED if that takes longer than the limit; CANCELLED if the thread is interrupted
     */
    public void flush(Duration limit) {
        if (!settles(limit)) {
            throw Refusal.upstream(depth() + " computed rows were not logged within " + limit
                    + " (expected a log that has room; try again)");
        }
    }

    /** Takes no more, and logs what waits for as long as its limit says; what is left then is counted as lost. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        boolean settles = false;
        try {
            settles = settles(limits.close());
        } finally {
            synchronized (this) {
                abandoned = true;
                notifyAll();
            }
            if (!settles) {
                writer.interrupt();
            }
        }
        try {
            if (!writer.join(limits.close())) {
                LOGGER.warn("the thread that logs computed rows goes on although it was stopped");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether all that was taken until now is settled within a limit. */
    private synchronized boolean settles(Duration limit) {
        long goal = taken;
        long end = System.nanoTime() + limit.toNanos();
        while (settled < goal) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            try {
                wait(left);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new FeatureGridException(
                        ErrorCode.CANCELLED, "a wait for computed rows was interrupted", interrupted);
            }
        }
        return true;
    }

    private void write() {
        List<JoinedUpload> next = next();
        while (!next.isEmpty()) {
            boolean logged = false;
            try {
                append(JoinedUpload.join(next).upload());
                logged = true;
            } catch (RuntimeException failure) {
                LOGGER.warn("{} computed rows could not be logged", rows(next), failure);
            } finally {
                settle(next, logged);
            }
            next = next();
        }
    }

    /** Logs an upload, once the log has room: one that is refused by a full log is not in it. */
    private void append(Upload upload) {
        long end = System.nanoTime() + limits.full().toNanos();
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                log.append(upload);
                return;
            } catch (FeatureGridException refusal) {
                boolean full = refusal.first().code() == ErrorCode.RESOURCE_EXHAUSTED;
                if (!full || System.nanoTime() - end > 0 || !pause(pause)) {
                    throw refusal;
                }
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** Waits; false if nothing is to be waited for any more. */
    private synchronized boolean pause(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            for (long left = millis; left > 0 && !abandoned; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException interrupted) {
            return false;
        }
        return !abandoned;
    }

    /** The uploads that make the next append; none when this is closed and nothing waits. */
    private synchronized List<JoinedUpload> next() {
        List<JoinedUpload> next = new ArrayList<>();
        while (waiting.isEmpty()) {
            if (closing) {
                return next;
            }
            try {
                wait();
            } catch (InterruptedException interrupted) {
                LOGGER.debug("woken by a close", interrupted);
            }
        }
        long nextRows = 0;
        long nextBytes = 0;
        while (!waiting.isEmpty()) {
            JoinedUpload candidate = waiting.getFirst();
            nextRows += candidate.rows();
            nextBytes += candidate.bytes();
            boolean fits = nextRows <= limits.appendRows() && nextBytes <= limits.appendBytes();
            if (!next.isEmpty() && !(fits && candidate.joins(next.getFirst()))) {
                break;
            }
            next.add(waiting.removeFirst());
        }
        return next;
    }

    private synchronized void settle(List<JoinedUpload> uploads, boolean logged) {
        long count = rows(uploads);
        (logged ? written : failed).inc(count);
        settled += uploads.size();
        rows -= count;
        bytes -= uploads.stream().mapToLong(JoinedUpload::bytes).sum();
        notifyAll();
        if (abandoned && !waiting.isEmpty()) {
            LOGGER.warn("{} computed rows are not logged: the node is stopping", rows);
            failed.inc(rows);
            settled += waiting.size();
            waiting.clear();
            rows = 0;
            bytes = 0;
        }
    }

    private static long rows(List<JoinedUpload> uploads) {
        return uploads.stream().mapToLong(JoinedUpload::rows).sum();
    }
}
