package io.featuregrid.flightserver.request;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call while it runs: by which id its traces are found, and whether it has to end early. Safe for use by several threads.
 *
 * <p>Whoever waits or works for long on behalf of the call either asks {@link #throwIfCancelled} between steps or registers an
 * interruption that ends the wait.
 */
public final class OngoingCall {
    private final String traceId;
    private final Set<Runnable> interruptions = new LinkedHashSet<>();
    // Volatile: it is asked under the locks of waits, which interruptions take under the lock of this call.
    private volatile @Nullable FeatureGridException reason;

    public OngoingCall(String traceId) {
        this.traceId = traceId;
    }

    /** Keeps an interruption registered until it is closed. */
    public interface Registration extends AutoCloseable {
        /** Returns when the interruption does not run and never will again. */
        @Override
        void close();
    }

    public String traceId() {
        return traceId;
    }

    /** Asks the call to end; the first reason stays. */
    public synchronized void cancel(FeatureGridException why) {
        if (reason == null) {
            reason = why;
            interruptions.forEach(Runnable::run);
        }
    }

    /** Asks the call to end because nobody waits for its answer any more. */
    public void cancelByClient() {
        cancel(new FeatureGridException(ErrorCode.CANCELLED, "the client ended the call"));
    }

    public boolean cancelled() {
        return reason != null;
    }

    /**
     * Ends the work if the call was cancelled.
     *
     * @throws FeatureGridException the reason of the cancellation
     */
    public void throwIfCancelled() {
        FeatureGridException why = reason;
        if (why != null) {
            throw new FeatureGridException(why.problems(), why);
        }
    }

    /**
     * Has the action run once on cancellation, at once if that was already. It runs in the thread that cancels, must be quick and must not
     * wait for the call.
     */
    public synchronized Registration onCancel(Runnable interruption) {
        // Equal lambdas of two registrations must not be taken for one.
        Runnable unique = new Runnable() {
            @Override
            public void run() {
                interruption.run();
            }
        };
        interruptions.add(unique);
        if (reason != null) {
            unique.run();
        }
        return () -> remove(unique);
    }

    private synchronized void remove(Runnable interruption) {
        interruptions.remove(interruption);
    }
}
