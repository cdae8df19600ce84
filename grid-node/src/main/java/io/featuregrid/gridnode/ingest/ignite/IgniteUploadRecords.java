package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.gridnode.ingest.UploadRecords;
import java.util.ArrayList;
import java.util.List;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.lang.IgniteBiPredicate;
import org.jspecify.annotations.Nullable;

/** The records of uploads in an Ignite cache. */
final class IgniteUploadRecords implements UploadRecords {
    private final IgniteCache<String, CachedUpload> cache;

    IgniteUploadRecords(IgniteCache<String, CachedUpload> cache) {
        this.cache = cache;
    }

    @Override
    public @Nullable UploadRecord get(String id) {
        CachedUpload upload = cache.get(id);
        return upload == null ? null : upload.record();
    }

    @Override
    public boolean create(UploadRecord record) {
        return cache.putIfAbsent(record.id(), new CachedUpload(record)) || isNow(record);
    }

    @Override
    public boolean replace(UploadRecord expected, UploadRecord next) {
        return cache.replace(next.id(), new CachedUpload(expected), new CachedUpload(next)) || isNow(next);
    }

    @Override
    public void remove(UploadRecord record) {
        cache.remove(record.id(), new CachedUpload(record));
    }

    @Override
    public List<UploadRecord> begunBefore(long unfinishedBefore, long finishedBefore) {
        ScanQuery<String, CachedUpload> old = new ScanQuery<>(new Old(unfinishedBefore, finishedBefore));
        old.setLocal(true);
        List<UploadRecord> found = new ArrayList<>();
        try (QueryCursor<Cache.Entry<String, CachedUpload>> cursor = cache.query(old)) {
            cursor.forEach(entry -> found.add(entry.getValue().record()));
        }
        return found;
    }

    /**
     * When the primary dies under a change, Ignite makes it again on the next one, which may find it made and say no. A record names its try
     * and its state, so it can be told.
     */
    private boolean isNow(UploadRecord record) {
        return record.equals(get(record.id()));
    }

    private static final class Old implements IgniteBiPredicate<String, CachedUpload> {
        private static final long serialVersionUID = 1L;

        private final long unfinishedBefore;
        private final long finishedBefore;

        private Old(long unfinishedBefore, long finishedBefore) {
            this.unfinishedBefore = unfinishedBefore;
            this.finishedBefore = finishedBefore;
        }

        @Override
        public boolean apply(String id, CachedUpload upload) {
            UploadRecord record = upload.record();
            boolean unfinished = record.state() == UploadRecord.State.PREPARED;
            return record.attempt().since() < (unfinished ? unfinishedBefore : finishedBefore);
        }
    }
}
