package io.featuregrid.offline.work;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the work of one kind. Safe for several threads; a task must not wait for tasks of the same workers, which might find no
 * thread.
 */
public final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService executor;

    /** @param name what the threads are called */
    public Workers(String name, int threads) {
        this.threads = threads;
        this.executor = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name(name + "-", 1).daemon().factory());
    }

    /** How many tasks run at once. */
    public int threads() {
        return threads;
    }

    /**
     * Runs tasks and waits until each has ended, also after a failure or an interrupt: those that run may write into what they share. After
     * a failure no further task begins.
     *
     * @param interruption is to make the running tasks end soon
     * @throws FeatureGridException CANCELLED if this was closed or the caller interrupted; else what the first task failed with
     */
    public void run(List<Runnable> tasks, Runnable interruption) {
        AtomicReference<@Nullable RuntimeException> first = new AtomicReference<>();
        List<Future<?>> futures = new ArrayList<>();
        for (Runnable task : tasks) {
            try {
                futures.add(executor.submit(() -> {
                    if (first.get() == null) {
                        runNoting(task, first);
                    }
                }));
            } catch (RejectedExecutionException closed) {
                first.compareAndSet(null, closed(closed));
                break;
            }
        }
        boolean interrupted = false;
        for (Future<?> future : futures) {
            interrupted |= await(future, first, interruption);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        RuntimeException failure = first.get();
        if (failure != null) {
            throw failure;
        }
    }

    private static void runNoting(Runnable task, AtomicReference<@Nullable RuntimeException> first) {
        try {
            task.run();
        } catch (RuntimeException failure) {
            first.compareAndSet(null, failure);
        }
    }

    /** Waits for a task to end; answers whether that was interrupted. */
    private static boolean await(
            Future<?> future, AtomicReference<@Nullable RuntimeException> first, Runnable interruption) {
        boolean interrupted = false;
        while (true) {
            try {
                future.get();
                return interrupted;
            } catch (ExecutionException failure) {
                first.compareAndSet(null, new IllegalStateException(failure));
                return interrupted;
            } catch (CancellationException dropped) {
                first.compareAndSet(null, closed(dropped));
                return interrupted;
            } catch (InterruptedException now) {
                interrupted = true;
                first.compareAndSet(
                        null,
                        new FeatureGridException(
                                ErrorCode.CANCELLED, "the caller went away before the answer was complete", now));
                interruption.run();
            }
        }
    }

    @Override
    public void close() {
        // Whoever waits would wait for ever for tasks that never begin.
        for (Runnable queued : executor.shutdownNow()) {
            if (queued instanceof Future<?> task) {
                task.cancel(false);
            }
        }
    }

    private static FeatureGridException closed(RuntimeException cause) {
        return new FeatureGridException(
                ErrorCode.CANCELLED, "the history was closed before the work on it was complete", cause);
    }
}
