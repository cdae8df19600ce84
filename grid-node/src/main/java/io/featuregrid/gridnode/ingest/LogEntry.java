package io.featuregrid.gridnode.ingest;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the observation log.
 *
 * @param upload the id of the record that says whether the entry counts; null if it counts by being there
 * @param rows how many observations it holds
 * @param observations as {@link io.featuregrid.planner.batch.arrow.ObservationStream} writes them; never changed
 */
// The array goes from the log to its reader and is nobody's to change: a copy would cost each write.
@SuppressWarnings("ArrayRecordComponent")
public record LogEntry(EntryKey key, @Nullable String upload, int rows, byte[] observations) {
    /** The entry without its observations. */
    public Summary summary() {
        return new Summary(key, upload, rows, observations.length);
    }

    /**
     * What is known of an entry without reading it.
     *
     * @param bytes the length of its observations
     */
    public record Summary(EntryKey key, @Nullable String upload, int rows, int bytes) {}
}
