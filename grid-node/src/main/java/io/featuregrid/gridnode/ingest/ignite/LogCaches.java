package io.featuregrid.gridnode.ingest.ignite;

import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;

/** The caches of the log: persistent as the node's default region is, and written on every backup before a write returns. */
final class LogCaches {
    static final String LOG = "__log";
    static final String UPLOADS = "__uploads";
    static final String SEGMENTS = "__segments";

    private final IgniteCache<CachedKey, CachedEntry> log;
    private final IgniteCache<String, CachedUpload> uploads;
    private final IgniteCache<String, CachedSegment> segments;

    LogCaches(Ignite ignite, int partitions, int backups) {
        this.log = ignite.getOrCreateCache(configuration(LOG, partitions, backups));
        this.uploads = ignite.getOrCreateCache(configuration(UPLOADS, partitions, backups));
        this.segments = ignite.getOrCreateCache(configuration(SEGMENTS, partitions, backups));
    }

    IgniteCache<CachedKey, CachedEntry> log() {
        return log;
    }

    IgniteCache<String, CachedUpload> uploads() {
        return uploads;
    }

    IgniteCache<String, CachedSegment> segments() {
        return segments;
    }

    private static <K, V> CacheConfiguration<K, V> configuration(String name, int partitions, int backups) {
        CacheConfiguration<K, V> configuration = new CacheConfiguration<>(name);
        configuration.setCacheMode(CacheMode.PARTITIONED);
        configuration.setAtomicityMode(CacheAtomicityMode.ATOMIC);
        configuration.setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC);
        configuration.setBackups(backups);
        // The same function as that of the sets' caches: equal partitions have equal owners.
        configuration.setAffinity(new RendezvousAffinityFunction(false, partitions));
        return configuration;
    }
}
