package io.featuregrid.planner.execute;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Until when an answer is of use. Immutable. */
public final class Deadline {
    /** An answer is of use whenever it comes. */
    public static final Deadline NONE = new Deadline(() -> 0, 0, null);

    private static final long NANOS_A_MILLI = 1_000_000;

    private final LongSupplier ticker;
    private final long startNanos;
    private final @Nullable Long limitMillis;

    private Deadline(LongSupplier ticker, long startNanos, @Nullable Long limitMillis) {
        this.ticker = ticker;
        this.startNanos = startNanos;
        this.limitMillis = limitMillis;
    }

    /**
     * So many milliseconds after a start.
     *
     * @param ticker nanoseconds of a clock that only goes forward, as {@link System#nanoTime}
     * @param startNanos by the ticker
     * @param limitMillis null for ever
     */
    public static Deadline after(LongSupplier ticker, long startNanos, @Nullable Long limitMillis) {
        return limitMillis == null ? NONE : new Deadline(ticker, startNanos, limitMillis);
    }

    /** Nanoseconds that are left, 0 or less if none; {@link Long#MAX_VALUE} if it never ends. */
    public long remainingNanos() {
        return limitMillis == null ? Long.MAX_VALUE : limitMillis * NANOS_A_MILLI - (ticker.getAsLong() - startNanos);
    }

    /**
     * The earlier of this and so many nanoseconds from now.
     *
     * @param ticker as for {@link #after}
     */
    public Deadline within(LongSupplier ticker, long nanos) {
        return nanos >= remainingNanos()
                ? this
                : new Deadline(ticker, ticker.getAsLong(), Math.max(0, nanos / NANOS_A_MILLI));
    }

    /**
     * Ends what comes too late.
     *
     * @throws FeatureGridException DEADLINE_EXCEEDED
     */
    public void check() {
        if (limitMillis != null && (ticker.getAsLong() - startNanos) / NANOS_A_MILLI >= limitMillis) {
            throw new FeatureGridException(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "the answer was not there after " + limitMillis + " ms (deadline_ms; expected more time or fewer"
                            + " values)");
        }
    }
}
