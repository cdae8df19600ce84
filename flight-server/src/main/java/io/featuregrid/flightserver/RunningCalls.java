package io.featuregrid.flightserver;

import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The calls that run at the moment: bounded in number, cancelled together. Safe for use by several threads. */
final class RunningCalls {
    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Set<OngoingCall> calls = new HashSet<>();
    private boolean closed;

    RunningCalls(int limit) {
        this.limit = limit;
    }

    /**
     * Admits a call; {@link #end} must follow.
     *
     * @throws FeatureGridException RESOURCE_EXHAUSTED if too many run, CANCELLED if the node stops
     */
    void begin(OngoingCall call) {
        lock.lock();
        try {
            if (closed) {
                throw stopping();
            }
            if (calls.size() >= limit) {
                throw new FeatureGridException(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "the node runs " + limit
                                + " calls, as many as it takes at once (expected fewer: try again later)");
            }
            calls.add(call);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a call, also one that was not admitted. */
    void end(OngoingCall call) {
        lock.lock();
        try {
            calls.remove(call);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Cancels all calls, admits no more, and waits for those that run; false if some still do when the time is over. */
    boolean close(Duration patience) throws InterruptedException {
        List<OngoingCall> running;
        lock.lock();
        try {
            closed = true;
            running = List.copyOf(calls);
        } finally {
            lock.unlock();
        }
        running.forEach(call -> call.cancel(stopping()));
        long remaining = patience.toNanos();
        lock.lock();
        try {
            while (!calls.isEmpty() && remaining > 0) {
                remaining = ended.awaitNanos(remaining);
            }
            return calls.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private static FeatureGridException stopping() {
        return new FeatureGridException(ErrorCode.CANCELLED, "the node stops");
    }
}
