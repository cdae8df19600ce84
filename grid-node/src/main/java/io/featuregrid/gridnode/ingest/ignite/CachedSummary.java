package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.LogEntry;
import org.jspecify.annotations.Nullable;

/** What a scan of the log tells of an entry, on its way between nodes. */
// Not a record: Ignite's marshaller cannot set the fields of one.
final class CachedSummary {
    private final CachedKey key;
    private final @Nullable String upload;
    private final int rows;
    private final int bytes;

    CachedSummary(LogEntry.Summary summary) {
        this.key = new CachedKey(summary.key());
        this.upload = summary.upload();
        this.rows = summary.rows();
        this.bytes = summary.bytes();
    }

    LogEntry.Summary summary() {
        return new LogEntry.Summary(key.key(), upload, rows, bytes);
    }
}
