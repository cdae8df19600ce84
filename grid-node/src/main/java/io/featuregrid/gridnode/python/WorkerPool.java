package io.featuregrid.gridnode.python;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Processes that wait for calls. Each belongs to one Python and one artifact, whose modules it has imported: those of others never meet them.
 * Safe for use by several threads.
 */
final class WorkerPool implements AutoCloseable {
    private final WorkerSettings settings;
    private final Semaphore places;
    private final AtomicLong numbers = new AtomicLong();
    private final Deque<Idle> idle = new ArrayDeque<>();

    /**
     * The one thread that starts processes, and lives as long as the pool: the kernel takes the thread that started a process for its parent
     * and ends the process with it, also one that others still need.
     */
    private final ExecutorService parent = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("python-start").factory());

    private boolean closed;

    /** What a process is good for. */
    record Use(String python, String artifact) {}

    private record Idle(Use use, WorkerProcess process, long since) {}

    WorkerPool(WorkerSettings settings) {
        this.settings = settings;
        this.places = new Semaphore(settings.maxWorkers(), true);
    }

    /**
     * A process for one call, which {@link #giveBack} or {@link #discard} ends; null if none was free in time.
     *
     * @throws IOException if one does not start
     */
    @Nullable
    WorkerProcess take(Use use, long waitNanos) throws IOException, InterruptedException {
        if (!places.tryAcquire(waitNanos, TimeUnit.NANOSECONDS)) {
            return null;
        }
        try {
            WorkerProcess known = takeIdle(use);
            return known != null ? known : start(use);
        } catch (IOException | RuntimeException failure) {
            places.release();
            throw failure;
        }
    }

    /** The process is well and may serve others. */
    void giveBack(Use use, WorkerProcess process) {
        boolean kept;
        synchronized (this) {
            kept = !closed && process.isAlive();
            if (kept) {
                idle.addFirst(new Idle(use, process, System.nanoTime()));
            }
        }
        if (!kept) {
            process.close();
        }
        places.release();
    }

    /** The process is not well. */
    void discard(WorkerProcess process) {
        process.close();
        places.release();
    }

    /** The process is not well, and left to itself: a rule that is broken on purpose. */
    void abandon() {
        places.release();
    }

    /** Ends processes that were not needed for long. */
    void sweep() {
        Deque<Idle> old = new ArrayDeque<>();
        synchronized (this) {
            long now = System.nanoTime();
            for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
                Idle one = each.next();
                if (now - one.since() > settings.idle().toNanos()) {
                    each.remove();
                    old.add(one);
                }
            }
        }
        old.forEach(one -> one.process().close());
    }

    @Override
    public void close() {
        Deque<Idle> all;
        synchronized (this) {
            closed = true;
            all = new ArrayDeque<>(idle);
            idle.clear();
        }
        all.forEach(one -> one.process().close());
        parent.shutdown();
    }

    private @Nullable WorkerProcess takeIdle(Use use) {
        WorkerProcess found = null;
        Idle other = null;
        synchronized (this) {
            for (Iterator<Idle> each = idle.iterator(); each.hasNext() && found == null; ) {
                Idle one = each.next();
                if (one.use().equals(use)) {
                    each.remove();
                    found = one.process();
                }
            }
            // Those in use and those idle together are no more than the places.
            if (found == null && idle.size() > places.availablePermits()) {
                other = idle.pollLast();
            }
        }
        if (other != null) {
            other.process().close();
        }
        if (found != null && !found.isAlive()) {
            found.close();
            return takeIdle(use);
        }
        return found;
    }

    private WorkerProcess start(Use use) throws IOException {
        Path folder = settings.home().resolve("workers").resolve(Long.toString(numbers.incrementAndGet()));
        return WorkerProcess.start(use.python(), settings, folder, parent);
    }
}
