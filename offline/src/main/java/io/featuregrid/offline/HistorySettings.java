package io.featuregrid.offline;

/**
 * How history works.
 *
 * @param joinThreads threads that join buckets in parallel
 * @param windowRows spine rows that are joined at a time: with the features asked for they bound a training set's memory
 * @param futureToleranceMicros how far ahead of the clock observed_at may be
 */
public record HistorySettings(int joinThreads, int windowRows, long futureToleranceMicros) {
    /** Two threads, windows of 131,072 rows, 60 s. */
    public static final HistorySettings DEFAULT = new HistorySettings(2, 131_072, 60_000_000);

    public HistorySettings {
        if (joinThreads < 1 || windowRows < 1 || futureToleranceMicros < 0) {
            throw new IllegalArgumentException("history settings are " + joinThreads + " threads, " + windowRows
                    + " rows, " + futureToleranceMicros + " us (expected at least 1, 1 and 0)");
        }
    }
}
