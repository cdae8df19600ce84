package io.featuregrid.gridnode.store.ignite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.lang.IgniteBiPredicate;
import org.apache.ignite.lang.IgniteClosure;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/** The rows of one set, in the primary partitions of this node, that had expired at a moment. */
final class ExpiredRows {
    private static final int ROWS_AT_ONCE = 256;

    private final IgniteCache<Object, BinaryObject> cache;
    private final Filter filter;

    private ExpiredRows(IgniteCache<Object, BinaryObject> cache, Filter filter) {
        this.cache = cache;
        this.filter = filter;
    }

    static ExpiredRows of(IgniteCache<Object, BinaryObject> cache, String set, long now) {
        return new ExpiredRows(cache, new Filter(set, now));
    }

    /** Hands the keys over in groups; answers how many there were. */
    long remove(Consumer<List<Object>> remover) {
        long found = 0;
        ScanQuery<Object, BinaryObject> scan = new ScanQuery<>(filter);
        scan.setLocal(true);
        List<Object> keys = new ArrayList<>();
        try (QueryCursor<Object> cursor = cache.query(scan, new KeyOnly())) {
            for (Object key : cursor) {
                keys.add(key);
                found++;
                if (keys.size() == ROWS_AT_ONCE) {
                    remover.accept(keys);
                    keys.clear();
                }
            }
        }
        if (!keys.isEmpty()) {
            remover.accept(keys);
        }
        return found;
    }

    private static final class Filter implements IgniteBiPredicate<Object, BinaryObject> {
        private static final long serialVersionUID = 1L;

        private final String set;
        private final long now;

        @IgniteInstanceResource
        private transient @Nullable Ignite ignite;

        Filter(String set, long now) {
            this.set = set;
            this.now = now;
        }

        @Override
        public boolean apply(Object key, BinaryObject row) {
            return ignite != null
                    && RowDefinitions.on(ignite)
                            .newest(set)
                            .filter(known -> known.expired(row, now))
                            .isPresent();
        }
    }

    private static final class KeyOnly implements IgniteClosure<Cache.Entry<Object, BinaryObject>, Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public Object apply(Cache.Entry<Object, BinaryObject> entry) {
            return entry.getKey();
        }
    }
}
