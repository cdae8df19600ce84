package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.EntryKey;
import io.featuregrid.gridnode.ingest.LogEntry;
import org.jspecify.annotations.Nullable;

/** The value of a log entry in its cache. */
// Not a record: Ignite's marshaller cannot set the fields of one.
final class CachedEntry {
    private final @Nullable String upload;
    private final int rows;
    private final byte[] observations;

    CachedEntry(LogEntry entry) {
        this.upload = entry.upload();
        this.rows = entry.rows();
        this.observations = entry.observations();
    }

    LogEntry entry(EntryKey key) {
        return new LogEntry(key, upload, rows, observations);
    }
}
