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
import java.util.concurrent.atomic.AtomicBoolean;
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
        AtomicBoolean failed = new AtomicBoolean();
        List<Future<?>> futures = new ArrayList<>();
        RuntimeException first = null;
        for (Runnable task : tasks) {
            try {
                futures.add(executor.submit(() -> {
                    if (!failed.get()) {
                        task.run();
                    }
                }));
            } catch (RejectedExecutionException closed) {
                first = closed(closed);
                failed.set(true);
                break;
            }
        }
        await(futures, failed, first, interruption);
    }

    private static void await(
            List<Future<?>> futures,
            AtomicBoolean failed,
            @Nullable RuntimeException known,
            Runnable interruption) {
        RuntimeException first = known;
        boolean interrupted = false;
        for (Future<?> future : futures) {
            boolean ended = false;
            while (!ended) {
                try {
                    future.get();
                    ended = true;
                } catch (ExecutionException failure) {
                    ended = true;
                    failed.set(true);
                    first = first == null ? unwrap(failure) : first;
                } catch (CancellationException dropped) {
                    ended = true;
                    first = first == null ? closed(dropped) : first;
                } catch (InterruptedException now) {
                    interrupted = true;
                    failed.set(true);
                    interruption.run();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new FeatureGridException(
                    ErrorCode.CANCELLED, "the caller went away before the answer was complete");
        }
        if (first != null) {
            throw first;
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

    private static RuntimeException unwrap(ExecutionException failure) {
        return failure.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failure);
    }
}
