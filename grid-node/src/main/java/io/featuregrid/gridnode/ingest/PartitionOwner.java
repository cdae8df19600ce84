package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part as the owner of partitions: it puts entries into the log, merges them into their online rows, and knows which of them may be
 * drained. Safe for use by several threads.
 *
 * <p>An entry may be drained when it counts and is merged. The owner remembers that ({@link EntryIndex}); what it does not remember, after
 * a start or when a partition comes to it, is in doubt until the grid was asked:
 *
 * <pre>
 *   not in the log                                  nothing to remember
 *   hangs on no record, or on one that is gone      counts: merged again, may be drained
 *   its record is LOGGED or DONE                    counts: merged again, may be drained
 *   its record is PREPARED by the same try          stays in doubt
 *   its record is ABORTED, or of another try        will never count: removed
 * </pre>
 *
 * <p>Rows that are for history only count and are drained as all others: to merge them is to do nothing.
 *
 * <p>Another node may become the owner at any moment. So whoever puts or removes an entry looks afterwards whether it is still in charge,
 * and else tells the new owner, which may have read the partition before. An index that was read at one version of the grid is read again
 * at the next, since the partition may have been elsewhere between.
 */
final class PartitionOwner {
    private static final Logger LOGGER = LoggerFactory.getLogger(PartitionOwner.class);
    private static final Duration PAUSE = Duration.ofMillis(10);
    /** An owner that has to be told of entries: so often it is looked for. */
    private static final int ADOPTION_TRIES = 100;

    private final LogGrid grid;
    private final LogPorts ports;
    private final LogSettings settings;
    private final EntryReader reader;
    private final LogMetrics metrics;
    private final EntryIndex index;
    /** Entries whose put failed: they may be there, and their owner may be another by now and not know of them. */
    private final Set<LogEntry.Summary> strays = ConcurrentHashMap.newKeySet();

    PartitionOwner(LogGrid grid, LogPorts ports, LogSettings settings, EntryReader reader, LogMetrics metrics) {
        this.grid = grid;
        this.ports = ports;
        this.settings = settings;
        this.reader = reader;
        this.metrics = metrics;
        this.index = new EntryIndex(settings.logBytes());
    }

    EntryIndex index() {
        return index;
    }

    /**
     * Puts an entry that counts at once and merges it.
     *
     * @param part the entry's observations, if they are at hand
     */
    LogReply append(LogEntry entry, UploadSplit.@Nullable Part part) {
        if (!inCharge(entry.key().partition())) {
            return new LogReply.NotInCharge();
        }
        List<EntryIndex.Tracked> reserved = index.reserve(List.of(entry));
        if (reserved == null) {
            return full(List.of(entry));
        }
        EntryIndex.Tracked tracked = reserved.getFirst();
        boolean known = false;
        try {
            grid.log().put(entry);
            boolean still = stillInCharge(List.of(tracked));
            known = true;
            if (part == null) {
                merge(entry);
            } else {
                merge(part.set(), new EntryReader.Logged(part.rows(), part.versions(), part.online()));
            }
            if (still) {
                index.merged(tracked);
            }
        } finally {
            if (!known) {
                strays.add(entry.summary());
            }
            index.doubt(tracked, null);
        }
        return new LogReply.Done();
    }

    /** Puts entries that hang on a record. */
    LogReply prepare(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            if (!inCharge(entry.key().partition())) {
                return new LogReply.NotInCharge();
            }
        }
        List<EntryIndex.Tracked> reserved = index.reserve(entries);
        if (reserved == null) {
            return full(entries);
        }
        int put = 0;
        boolean known = false;
        try {
            for (LogEntry entry : entries) {
                grid.log().put(entry);
                index.doubt(reserved.get(put), entry);
                put++;
            }
            stillInCharge(reserved);
            known = true;
        } finally {
            if (!known) {
                reserved.forEach(tracked -> strays.add(tracked.summary()));
            }
            reserved.forEach(tracked -> index.doubt(tracked, null));
        }
        return new LogReply.Done();
    }

    /** Merges entries whose record is LOGGED. One that is not in the log was merged and drained before. */
    LogReply commit(List<EntryKey> keys) {
        for (EntryKey key : keys) {
            if (!inCharge(key.partition())) {
                return new LogReply.NotInCharge();
            }
            EntryIndex.Tracked tracked = index.find(key);
            LogEntry entry = null;
            if (tracked == null) {
                entry = grid.log().get(key);
                tracked = entry == null ? null : index.adopt(entry.summary());
            }
            if (tracked != null && !index.isMerged(tracked)) {
                entry = entry == null ? index.atHand(tracked) : entry;
                entry = entry == null ? grid.log().get(key) : entry;
                if (entry != null) {
                    merge(entry);
                    index.merged(tracked);
                }
            }
        }
        return new LogReply.Done();
    }

    LogReply adopt(List<LogEntry.Summary> entries) {
        for (LogEntry.Summary entry : entries) {
            if (!inCharge(entry.key().partition())) {
                return new LogReply.NotInCharge();
            }
            index.adopt(entry);
        }
        return new LogReply.Done();
    }

    LogReply forget(List<EntryKey> keys) {
        boolean inCharge = keys.stream().allMatch(key -> inCharge(key.partition()));
        if (!inCharge) {
            return new LogReply.NotInCharge();
        }
        // In this order: what is no longer remembered would lie in the log unseen if the removal failed. And only what
        // was put before: an
        // entry of a write that was given up may still be on its way, and is found in doubt then.
        List<EntryIndex.Tracked> put = index.put(keys);
        grid.log().remove(keys);
        put.forEach(index::untrack);
        // A new owner may have read the entries before they were removed.
        return keys.stream().allMatch(key -> mine(key.partition())) ? new LogReply.Done() : new LogReply.NotInCharge();
    }

    LogReply measure(List<Integer> partitions) {
        return partitions.stream().allMatch(this::inCharge)
                ? new LogReply.Measured(index.measure(partitions))
                : new LogReply.NotInCharge();
    }

    LogReply gather(LogRequest.Gather request) {
        if (!request.partitions().stream().allMatch(this::inCharge)) {
            return new LogReply.NotInCharge();
        }
        boolean sure = settings.broken() != BrokenRule.DRAIN_IN_DOUBT;
        if (sure) {
            resolve(request.partitions(), key -> key.set() == request.set());
        }
        List<LogEntry.Summary> ready = new ArrayList<>(index.of(request.set(), request.partitions(), sure));
        ready.sort((one, other) -> EntryKey.BY_AGE.compare(one.key(), other.key()));
        int count = 0;
        long bytes = 0;
        while (count < ready.size()
                && count < request.entries()
                && (count == 0 || bytes + ready.get(count).bytes() <= request.bytes())) {
            bytes += ready.get(count++).bytes();
        }
        return new LogReply.Gathered(ready.subList(0, count), count < ready.size());
    }

    LogReply doubts() {
        mine().forEach(this::inCharge);
        return new LogReply.Uploads(List.copyOf(index.openUploads()));
    }

    /** What has to be done now and then: takes up partitions that came, lets go of others, asks about what is in doubt. */
    void tend() {
        List<Integer> mine = mine();
        index.keep(mine);
        mine.forEach(this::inCharge);
        for (LogEntry.Summary stray : List.copyOf(strays)) {
            if (tellOwner(stray)) {
                strays.remove(stray);
            }
        }
        dropRemovedSets();
        Catalog catalog = ports.catalog().current();
        resolve(
                index.partitions(),
                key -> catalog.sets().stream().anyMatch(set -> set.identity().number() == key.set()));
    }

    /** Asks the grid about those entries in doubt, of some partitions, that a test picks. */
    private void resolve(Collection<Integer> partitions, Predicate<EntryKey> picked) {
        Map<String, Optional<UploadRecord>> records = new HashMap<>();
        for (EntryIndex.Tracked tracked : index.doubts(partitions, picked)) {
            resolve(tracked, records);
        }
    }

    private void resolve(EntryIndex.Tracked tracked, Map<String, Optional<UploadRecord>> records) {
        EntryKey key = tracked.summary().key();
        String upload = tracked.summary().upload();
        Optional<UploadRecord> record = upload == null
                ? Optional.empty()
                : records.computeIfAbsent(
                        upload, id -> Optional.ofNullable(grid.uploads().get(id)));
        if (record.isPresent()) {
            if (record.get().state() == UploadRecord.State.ABORTED
                    || !record.get().covers(key)) {
                grid.log().remove(List.of(key));
                index.untrack(tracked);
                return;
            }
            if (record.get().state() == UploadRecord.State.PREPARED) {
                return;
            }
        }
        // Asked after the record: an entry that is being put is either here already or not yet counted.
        LogEntry entry = grid.log().get(key);
        if (entry == null) {
            index.untrack(tracked);
        } else {
            merge(entry);
            index.merged(tracked);
        }
    }

    private void dropRemovedSets() {
        Catalog catalog = ports.catalog().current();
        List<EntryIndex.Tracked> dropped =
                index.ofSets(number -> catalog.removed().stream().anyMatch(removed -> removed.number() == number));
        if (!dropped.isEmpty()) {
            long rows = dropped.stream().mapToLong(one -> one.summary().rows()).sum();
            LOGGER.warn("{} observations are dropped from the log because their set was removed", rows);
            metrics.dropped.inc(rows);
            grid.log().remove(dropped.stream().map(one -> one.summary().key()).toList());
            dropped.forEach(index::untrack);
        }
    }

    private void merge(LogEntry entry) {
        Optional<FeatureSet> set =
                EntryReader.set(ports.catalog().current(), entry.key().set());
        if (set.isPresent()) {
            EntryReader.Logged logged = reader.read(set.get(), entry);
            boolean forgets = settings.broken() == BrokenRule.FORGET_VERSIONS;
            merge(
                    set.get(),
                    forgets ? new EntryReader.Logged(logged.rows(), ResolverVersions.NONE, logged.online()) : logged);
        }
    }

    /** Merges what is not for history only. */
    private void merge(FeatureSet set, EntryReader.Logged logged) {
        boolean merged = logged.online() || settings.broken() == BrokenRule.MERGE_ALL;
        if (merged && logged.rows().rows() > 0) {
            ports.online().merge(set, logged.rows(), logged.versions());
        }
    }

    /** Whether this node owns a partition now; if so, it knows all of its entries. */
    private boolean inCharge(int partition) {
        long version = grid.partitions().version();
        if (!mine(partition)) {
            return false;
        }
        if (!index.isLoaded(partition, version)) {
            index.load(partition, version, grid.log().scan(partition));
        }
        return true;
    }

    private List<Integer> mine() {
        List<Integer> mine = new ArrayList<>();
        for (int partition = 0; partition < grid.partitions().count(); partition++) {
            if (mine(partition)) {
                mine.add(partition);
            }
        }
        return mine;
    }

    private boolean mine(int partition) {
        return grid.partitions().owner(partition).equals(grid.partitions().self());
    }

    /** After entries were put: makes sure that their owner knows them. Whether that is still this node. */
    private boolean stillInCharge(Collection<EntryIndex.Tracked> put) {
        boolean still = true;
        for (EntryIndex.Tracked tracked : put) {
            LogEntry.Summary entry = tracked.summary();
            if (!mine(entry.key().partition())) {
                still = false;
                for (int tries = 0; !tellOwner(entry); tries++) {
                    if (tries == ADOPTION_TRIES) {
                        throw Refusal.upstream(
                                "the owner of partition "
                                        + entry.key().partition()
                                        + " could not be told of an entry of the log (expected a grid that settles; try again)");
                    }
                    grid.pauses().pause(PAUSE);
                }
            }
        }
        return still;
    }

    private boolean tellOwner(LogEntry.Summary entry) {
        String owner = grid.partitions().owner(entry.key().partition());
        LogReply reply = owner.equals(grid.partitions().self())
                ? adopt(List.of(entry))
                : grid.messages()
                        .call(Map.of(owner, new LogRequest.Adopt(List.of(entry))), settings.uploadLimit())
                        .get(owner);
        return reply instanceof LogReply.Done;
    }

    private LogReply full(List<LogEntry> entries) {
        metrics.rejected.inc();
        long more =
                entries.stream().mapToLong(entry -> entry.observations().length).sum();
        return new LogReply.Full("the observation log holds " + index.bytes() + " bytes and has no room for " + more
                + " more (at most " + settings.logBytes()
                + "; it is emptied into history: try again later, or ingest large amounts in bulk)");
    }
}
