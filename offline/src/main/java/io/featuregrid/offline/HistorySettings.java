package io.featuregrid.offline;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How history works.
 *
 * @param joinThreads threads that join buckets in parallel; as many more merge rows into the online store
 * @param windowRows spine rows that are joined at a time: with the features asked for they bound a training set's memory
 * @param futureToleranceMicros how far ahead of the clock observed_at may be
 * @param folder where the tables lie, which several nodes may share; null for {@code history/} in the home folder
 */
public record HistorySettings(
        int joinThreads,
        int windowRows,
        long futureToleranceMicros,
        @Nullable Path folder) {
    /** Two threads, windows of 131,072 rows, 60 s, in the home folder. */
    public static final HistorySettings DEFAULT = new HistorySettings(2, 131_072, 60_000_000);

    public HistorySettings {
        if (joinThreads < 1 || windowRows < 1 || futureToleranceMicros < 0) {
            throw new IllegalArgumentException("history settings are " + joinThreads + " threads, " + windowRows
                    + " rows, " + futureToleranceMicros + " us (expected at least 1, 1 and 0)");
        }
    }

    /** Settings of a history in the home folder. */
    public HistorySettings(int joinThreads, int windowRows, long futureToleranceMicros) {
        this(joinThreads, windowRows, futureToleranceMicros, null);
    }

    /** The same with the tables in another folder. */
    public HistorySettings in(Path tables) {
        return new HistorySettings(joinThreads, windowRows, futureToleranceMicros, tables);
    }
}
