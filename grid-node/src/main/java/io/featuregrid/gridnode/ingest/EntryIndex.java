package io.featuregrid.gridnode.ingest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an owner remembers of the entries in its partitions. It is memory only: after a start all is in doubt. Safe for use by several
 * threads; nothing here waits for the grid.
 */
final class EntryIndex {
    private final long limitBytes;
    private final Map<Integer, Partition> partitions = new HashMap<>();
    private long bytes;
    private int entries;

    /** How much is known of an entry. */
    enum State {
        /** A thread is putting it. */
        WORKING,
        /** It may be there or not, count or not, be merged or not: the grid has to be asked. */
        DOUBT,
        /** It counts and is merged: it may be drained. */
        MERGED
    }

    /** An entry that is remembered. */
    static final class Tracked {
        private final LogEntry.Summary summary;
        private State state;
        private @Nullable LogEntry entry;

        private Tracked(LogEntry.Summary summary, State state) {
            this.summary = summary;
            this.state = state;
        }

        LogEntry.Summary summary() {
            return summary;
        }
    }

    private static final class Partition {
        private final Map<EntryKey, Tracked> tracked = new HashMap<>();
        private @Nullable Long version;
    }

    /**
     * An index that knows nothing.
     *
     * @param limitBytes how much may be reserved
     */
    EntryIndex(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized int entries() {
        return entries;
    }

    /** inserted_at of the oldest entry; empty if there is none. */
    synchronized java.util.OptionalLong oldest() {
        return partitions.values().stream()
                .flatMap(partition -> partition.tracked.keySet().stream())
                .mapToLong(EntryKey::insertedAt)
                .min();
    }

    /** Whether all entries that were in a partition at a version of the grid are known. */
    synchronized boolean isLoaded(int partition, long version) {
        Partition known = partitions.get(partition);
        return known != null && known.version != null && known.version == version;
    }

    /** Takes in what a scan of a partition found: the unknown is in doubt, and so is what it did not find. */
    synchronized void load(int partition, long version, List<LogEntry.Summary> found) {
        Partition known = partitions.computeIfAbsent(partition, missing -> new Partition());
        known.version = version;
        Set<EntryKey> keys = new HashSet<>();
        for (LogEntry.Summary summary : found) {
            keys.add(summary.key());
            track(summary, State.DOUBT);
        }
        for (Tracked tracked : known.tracked.values()) {
            if (tracked.state == State.MERGED && !keys.contains(tracked.summary.key())) {
                tracked.state = State.DOUBT;
            }
        }
    }

    /** Forgets all other partitions. */
    synchronized void keep(Collection<Integer> inCharge) {
        Set<Integer> kept = new HashSet<>(inCharge);
        for (Integer partition : List.copyOf(partitions.keySet())) {
            if (!kept.contains(partition)) {
                List.copyOf(known(partition).values()).forEach(this::untrack);
                partitions.remove(partition);
            }
        }
    }

    /** Makes room for entries that are to be put, all or none; null if there is no room. */
    synchronized @Nullable List<Tracked> reserve(List<LogEntry> added) {
        long more = 0;
        for (LogEntry entry : added) {
            more += known(entry.key().partition()).containsKey(entry.key()) ? 0 : entry.observations().length;
        }
        if (bytes + more > limitBytes) {
            return null;
        }
        List<Tracked> reserved = new ArrayList<>();
        for (LogEntry entry : added) {
            reserved.add(track(entry.summary(), State.WORKING));
        }
        return reserved;
    }

    /** Remembers an entry as in doubt, unless it is known already. */
    synchronized Tracked adopt(LogEntry.Summary summary) {
        return track(summary, State.DOUBT);
    }

    synchronized @Nullable Tracked find(EntryKey key) {
        return known(key.partition()).get(key);
    }

    synchronized boolean isMerged(Tracked tracked) {
        return tracked.state == State.MERGED;
    }

    /** The entry itself, if it is at hand. */
    synchronized @Nullable LogEntry atHand(Tracked tracked) {
        return tracked.entry;
    }

    /** The work at an entry ended; it is in doubt from now on. */
    synchronized void doubt(Tracked tracked, @Nullable LogEntry entry) {
        if (tracked.state == State.WORKING) {
            tracked.state = State.DOUBT;
            tracked.entry = entry;
            track(tracked.summary, State.DOUBT);
        }
    }

    /** An entry counts and is merged. Whoever forgot it meanwhile may have had his reasons: then it is in doubt. */
    synchronized void merged(Tracked tracked) {
        tracked.entry = null;
        if (track(tracked.summary, State.DOUBT) == tracked) {
            tracked.state = State.MERGED;
        }
    }

    /** Those of the entries that are known and not being put. */
    synchronized List<Tracked> put(List<EntryKey> keys) {
        List<Tracked> put = new ArrayList<>();
        for (EntryKey key : keys) {
            Tracked tracked = known(key.partition()).get(key);
            if (tracked != null && tracked.state != State.WORKING) {
                put.add(tracked);
            }
        }
        return put;
    }

    /** Forgets an entry; one that was put anew since is another. */
    synchronized void untrack(Tracked tracked) {
        EntryKey key = tracked.summary.key();
        if (known(key.partition()).remove(key, tracked)) {
            entries--;
            bytes -= tracked.summary.bytes();
        }
    }

    /** The partitions of which something is known. */
    synchronized List<Integer> partitions() {
        return List.copyOf(partitions.keySet());
    }

    /** Those entries in doubt, of some partitions, that a test picks. */
    synchronized List<Tracked> doubts(Collection<Integer> chosen, Predicate<EntryKey> picked) {
        List<Tracked> doubts = new ArrayList<>();
        for (Integer partition : chosen) {
            for (Tracked tracked : known(partition).values()) {
                if (tracked.state == State.DOUBT && picked.test(tracked.summary.key())) {
                    doubts.add(tracked);
                }
            }
        }
        return doubts;
    }

    /** The entries of a set in some partitions, those that may be drained or all, in any order. */
    synchronized List<LogEntry.Summary> of(int set, Collection<Integer> chosen, boolean mergedOnly) {
        List<LogEntry.Summary> found = new ArrayList<>();
        for (Integer partition : chosen) {
            for (Tracked tracked : known(partition).values()) {
                if (tracked.summary.key().set() == set && (!mergedOnly || tracked.state == State.MERGED)) {
                    found.add(tracked.summary);
                }
            }
        }
        return found;
    }

    /** The entries, but not those that are being put, whose set a test picks. */
    synchronized List<Tracked> ofSets(IntPredicate picked) {
        List<Tracked> found = new ArrayList<>();
        for (Partition partition : partitions.values()) {
            for (Tracked tracked : partition.tracked.values()) {
                if (tracked.state != State.WORKING
                        && picked.test(tracked.summary.key().set())) {
                    found.add(tracked);
                }
            }
        }
        return found;
    }

    /** How much there is of each shard in some partitions. */
    synchronized List<LogReply.ShardSize> measure(Collection<Integer> chosen) {
        Map<List<Integer>, LogReply.ShardSize> sizes = new LinkedHashMap<>();
        for (Integer partition : chosen) {
            for (Tracked tracked : known(partition).values()) {
                LogEntry.Summary one = tracked.summary;
                LogReply.ShardSize size = new LogReply.ShardSize(
                        one.key().set(),
                        one.key().shard(),
                        1,
                        one.rows(),
                        one.bytes(),
                        one.key().insertedAt());
                sizes.merge(List.of(size.set(), size.shard()), size, LogReply.ShardSize::plus);
            }
        }
        return List.copyOf(sizes.values());
    }

    /** The uploads that entries depend on whose fate is open. */
    synchronized Set<String> openUploads() {
        Set<String> ids = new HashSet<>();
        for (Partition partition : partitions.values()) {
            for (Tracked tracked : partition.tracked.values()) {
                if (tracked.state != State.MERGED && tracked.summary.upload() != null) {
                    ids.add(tracked.summary.upload());
                }
            }
        }
        return ids;
    }

    private Tracked track(LogEntry.Summary summary, State state) {
        Partition partition = partitions.computeIfAbsent(summary.key().partition(), missing -> new Partition());
        Tracked before = partition.tracked.get(summary.key());
        if (before != null) {
            return before;
        }
        Tracked tracked = new Tracked(summary, state);
        partition.tracked.put(summary.key(), tracked);
        entries++;
        bytes += summary.bytes();
        return tracked;
    }

    private Map<EntryKey, Tracked> known(int partition) {
        Partition known = partitions.get(partition);
        return known == null ? new HashMap<>() : known.tracked;
    }
}
