package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.Segment;
import io.featuregrid.gridnode.ingest.SegmentRecords;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/** The last segments in an Ignite cache. */
final class IgniteSegmentRecords implements SegmentRecords {
    private final IgniteCache<String, CachedSegment> cache;

    IgniteSegmentRecords(IgniteCache<String, CachedSegment> cache) {
        this.cache = cache;
    }

    @Override
    public @Nullable Segment get(int set, int shard) {
        CachedSegment segment = cache.get(key(set, shard));
        return segment == null ? null : segment.segment();
    }

    @Override
    public boolean create(Segment segment) {
        return cache.putIfAbsent(key(segment.set(), segment.shard()), new CachedSegment(segment)) || isNow(segment);
    }

    @Override
    public boolean replace(Segment expected, Segment next) {
        return cache.replace(key(next.set(), next.shard()), new CachedSegment(expected), new CachedSegment(next))
                || isNow(next);
    }

    /** As for uploads, a change that was made twice says no; and who else has recorded the same segment has done just this. */
    private boolean isNow(Segment segment) {
        return segment.equals(get(segment.set(), segment.shard()));
    }

    private static String key(int set, int shard) {
        return set + "/" + shard;
    }
}
