package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.EntryKey;
import java.util.Comparator;
import java.util.Objects;
import org.apache.ignite.cache.affinity.AffinityKeyMapped;

/**
 * The key of a log entry in its cache. Its affinity key is the number of its partition, which an affinity function of that many partitions
 * maps to just that one: so an entry lies with its entities.
 */
// Not a record: Ignite's marshaller cannot set the fields of one.
final class CachedKey implements Comparable<CachedKey> {
    private static final Comparator<EntryKey> ORDER = Comparator.comparingLong(EntryKey::insertedAt)
            .thenComparingLong(EntryKey::sequence)
            .thenComparingInt(EntryKey::attempt)
            .thenComparingInt(EntryKey::set)
            .thenComparingInt(EntryKey::partition);

    private final int set;

    @AffinityKeyMapped
    private final int partition;

    private final long insertedAt;
    private final long sequence;
    private final int attempt;

    CachedKey(EntryKey key) {
        this.set = key.set();
        this.partition = key.partition();
        this.insertedAt = key.insertedAt();
        this.sequence = key.sequence();
        this.attempt = key.attempt();
    }

    EntryKey key() {
        return new EntryKey(set, partition, insertedAt, sequence, attempt);
    }

    @Override
    public int compareTo(CachedKey other) {
        return ORDER.compare(key(), other.key());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CachedKey that && key().equals(that.key());
    }

    @Override
    public int hashCode() {
        return Objects.hash(set, partition, insertedAt, sequence, attempt);
    }
}
