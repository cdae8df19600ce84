package io.featuregrid.planner.time;

/**
 * Which observations a time T may see: the request's part of the as-of rule.
 *
 * @param exclusive whether {@code observed_at < T - delay} is asked instead of {@code <=}
 * @param delayMicros at least 0; stands between T and the newest observation that T may see
 * @param cutoff what had to be known
 */
public record AsOf(boolean exclusive, long delayMicros, Cutoff cutoff) {
    /** The plain rule: inclusive, no delay, no cut-off. */
    public static final AsOf PLAIN = new AsOf(false, 0, new Cutoff.None());

    public AsOf {
        if (delayMicros < 0) {
            throw new IllegalArgumentException("delay is " + delayMicros + " us (expected at least 0)");
        }
    }

    /** The knowledge cut-off: which {@code inserted_at} a row may see. Inclusive always. */
    public sealed interface Cutoff {
        /** Everything that is known. */
        record None() implements Cutoff {}

        /** What was known at one time, in microseconds. */
        record Fixed(long micros) implements Cutoff {}

        /** What was known at each spine row's own T. */
        record Spine() implements Cutoff {}
    }

    /** The greatest {@code observed_at} that may be seen at T, or {@link Long#MIN_VALUE} when nothing may. */
    public long newestObservedAt(long time) {
        long delayed = Durations.subtract(time, delayMicros);
        return exclusive ? Durations.subtract(delayed, 1) : delayed;
    }

    /** The greatest {@code inserted_at} that may be seen at T. */
    public long newestInsertedAt(long time) {
        return switch (cutoff) {
            case Cutoff.None none -> Long.MAX_VALUE;
            case Cutoff.Fixed fixed -> fixed.micros();
            case Cutoff.Spine spine -> time;
        };
    }
}
