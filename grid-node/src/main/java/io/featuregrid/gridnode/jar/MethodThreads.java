package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.execute.Deadline;
import io.featuregrid.planner.execute.FunctionCall;
import io.featuregrid.planner.execute.FunctionResult;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for methods until their time is over. One that still runs then cannot be ended: it is interrupted and left alone in its thread, and
 * of a resolver that has left many behind no more are started. Safe for use by several threads.
 */
final class MethodThreads {
    /** Methods that are waited for, of the whole node. */
    static final int MOST_RUNNING = 64;

    /** Methods of one version of a resolver that were left behind and still run. */
    static final int MOST_LEFT = 8;

    private final Semaphore running = new Semaphore(MOST_RUNNING, true);
    private final Map<Key, Integer> left = new HashMap<>();

    private record Key(String resolver, int version) {}

    /** Runs a method over the rows of a call. */
    interface Work {
        /**
         * Runs it.
         *
         * @param left whether nobody waits for the result any more
         */
        FunctionResult run(BooleanSupplier left);
    }

    /**
     * The result of a call, or its failure once the deadline is over.
     *
     * @param executor that starts each task at once
     * @param ended called once, when the work is really over
     */
    FunctionResult run(FunctionCall call, Work work, Executor executor, Deadline deadline, Runnable ended) {
        String name = "'" + call.resolver().name() + "'";
        Key key = new Key(call.resolver().name(), call.resolver().version());
        if (left(key) >= MOST_LEFT) {
            ended.run();
            return FunctionResult.failed(
                    call,
                    ErrorCode.RESOLVER_FAILED,
                    name + " was not run: " + MOST_LEFT + " earlier calls of it have not ended though their time was"
                            + " over (expected a method that ends)");
        }
        try {
            if (!running.tryAcquire(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS)) {
                ended.run();
                return FunctionResult.failed(
                        call,
                        ErrorCode.RESOLVER_TIMED_OUT,
                        name + " was not run in time: " + MOST_RUNNING + " Java functions were running");
            }
        } catch (InterruptedException interrupted) {
            ended.run();
            return stopping(call, name);
        }
        Turn turn = new Turn(key, work, ended);
        try {
            executor.execute(turn);
            return turn.result.get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            turn.leave();
            return FunctionResult.failed(
                    call, ErrorCode.RESOLVER_TIMED_OUT, name + " was not done in time; nobody waits for it any more");
        } catch (RejectedExecutionException closed) {
            turn.finish();
            return FunctionResult.failed(call, ErrorCode.RESOLVER_FAILED, name + " was not run: the node stops");
        } catch (InterruptedException interrupted) {
            turn.leave();
            return stopping(call, name);
        } catch (ExecutionException failure) {
            throw new IllegalStateException("running " + name + " failed", failure.getCause());
        }
    }

    private static FunctionResult stopping(FunctionCall call, String name) {
        Thread.currentThread().interrupt();
        return FunctionResult.failed(call, ErrorCode.RESOLVER_FAILED, name + " was not run: the node stops");
    }

    private int left(Key key) {
        synchronized (left) {
            return left.getOrDefault(key, 0);
        }
    }

    private void countLeft(Key key, int more) {
        synchronized (left) {
            left.merge(key, more, (before, added) -> before + added == 0 ? null : before + added);
        }
    }

    /** One piece of work in its thread. */
    private final class Turn implements Runnable {
        private final Key key;
        private final Work work;
        private final Runnable ended;
        private final CompletableFuture<FunctionResult> result = new CompletableFuture<>();
        private @Nullable Thread thread;
        private boolean over;
        private volatile boolean alone;

        Turn(Key key, Work work, Runnable ended) {
            this.key = key;
            this.work = work;
            this.ended = ended;
        }

        @Override
        public void run() {
            synchronized (this) {
                thread = Thread.currentThread();
            }
            FunctionResult found = null;
            Throwable failure = null;
            try {
                found = work.run(() -> alone);
            } catch (Throwable thrown) {
                failure = thrown;
            }
            // Before anyone hears of the result: who then looks sees that the call has ended.
            finish();
            if (found != null) {
                result.complete(found);
            } else if (failure != null) {
                result.completeExceptionally(failure);
            }
        }

        synchronized void leave() {
            if (over) {
                return;
            }
            alone = true;
            countLeft(key, 1);
            running.release();
            if (thread != null) {
                thread.interrupt();
            }
        }

        void finish() {
            synchronized (this) {
                over = true;
                thread = null;
                if (alone) {
                    countLeft(key, -1);
                } else {
                    running.release();
                }
            }
            ended.run();
        }
    }
}
