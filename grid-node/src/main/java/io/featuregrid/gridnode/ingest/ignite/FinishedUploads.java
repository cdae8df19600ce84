package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.cluster.Grid;
import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.gridnode.store.ignite.IgniteStoreSettings;
import java.util.ArrayList;
import java.util.List;
import javax.cache.Cache;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;

/** The writes that a grid's log knows by the names that callers gave them, to be kept elsewhere. Safe for use by several threads. */
public final class FinishedUploads {
    private final LogCaches caches;

    public FinishedUploads(Grid grid) {
        this.caches = new LogCaches(
                grid.ignite(),
                IgniteStoreSettings.DEFAULTS.partitions(),
                grid.settings().backups());
    }

    /** Those that were acknowledged, or will be. */
    public List<UploadRecord> all() {
        List<UploadRecord> all = new ArrayList<>();
        try (QueryCursor<Cache.Entry<String, CachedUpload>> entries =
                caches.uploads().query(new ScanQuery<String, CachedUpload>())) {
            for (Cache.Entry<String, CachedUpload> entry : entries) {
                UploadRecord record = entry.getValue().record();
                if (record.state() == UploadRecord.State.DONE && record.isNamed()) {
                    all.add(record);
                }
            }
        }
        return all;
    }

    /** Has a retry of such a write answered as before. */
    public void keep(UploadRecord record) {
        caches.uploads().putIfAbsent(record.id(), new CachedUpload(record));
    }
}
