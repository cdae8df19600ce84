package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.EntryKey;
import io.featuregrid.gridnode.ingest.LogEntry;
import io.featuregrid.gridnode.ingest.LogStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.lang.IgniteClosure;
import org.jspecify.annotations.Nullable;

/** The log's entries in an Ignite cache. */
final class IgniteLogStore implements LogStore {
    /** Values of a segment are fetched so many at a time: a whole one may have tens of thousands. */
    private static final int CHUNK = 1_024;

    private final IgniteCache<CachedKey, CachedEntry> cache;

    IgniteLogStore(IgniteCache<CachedKey, CachedEntry> cache) {
        this.cache = cache;
    }

    @Override
    public void put(LogEntry entry) {
        cache.put(new CachedKey(entry.key()), new CachedEntry(entry));
    }

    @Override
    public @Nullable LogEntry get(EntryKey key) {
        CachedEntry entry = cache.get(new CachedKey(key));
        return entry == null ? null : entry.entry(key);
    }

    @Override
    public List<LogEntry> getAll(Collection<EntryKey> keys) {
        List<LogEntry> entries = new ArrayList<>();
        for (Set<CachedKey> chunk : chunks(keys)) {
            cache.getAll(chunk).forEach((key, entry) -> entries.add(entry.entry(key.key())));
        }
        return entries;
    }

    @Override
    public void remove(Collection<EntryKey> keys) {
        for (Set<CachedKey> chunk : chunks(keys)) {
            if (chunk.size() == 1) {
                cache.remove(chunk.iterator().next());
            } else {
                cache.removeAll(chunk);
            }
        }
    }

    @Override
    public List<LogEntry.Summary> scan(int partition) {
        ScanQuery<CachedKey, CachedEntry> all = new ScanQuery<>();
        all.setPartition(partition);
        try (QueryCursor<CachedSummary> cursor = cache.query(all, new Summaries())) {
            return cursor.getAll().stream().map(CachedSummary::summary).toList();
        }
    }

    /** Where the partition lies, an entry becomes what is known without its observations. */
    private static final class Summaries implements IgniteClosure<Cache.Entry<CachedKey, CachedEntry>, CachedSummary> {
        private static final long serialVersionUID = 1L;

        @Override
        public CachedSummary apply(Cache.Entry<CachedKey, CachedEntry> entry) {
            return new CachedSummary(
                    entry.getValue().entry(entry.getKey().key()).summary());
        }
    }

    /** Each in order: two changes of many keys in different orders could wait for each other. */
    private static List<Set<CachedKey>> chunks(Collection<EntryKey> keys) {
        List<Set<CachedKey>> chunks = new ArrayList<>();
        for (EntryKey key : keys) {
            if (chunks.isEmpty() || chunks.getLast().size() == CHUNK) {
                chunks.add(new TreeSet<>());
            }
            chunks.getLast().add(new CachedKey(key));
        }
        return chunks;
    }
}
