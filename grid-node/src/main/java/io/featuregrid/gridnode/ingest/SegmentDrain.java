package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ObservationSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part as the committer of sets: it brings their entries from the log into history, each exactly once. Safe for use by several
 * threads.
 *
 * <p>A shard of a set goes, one segment after the other, in company with segments of other shards:
 *
 * <pre>
 *   what may be drained is gathered  ->  a numbered segment with its keys is recorded  ->  entries read  ->  history commits rows and
 *   numbers in one step  ->  entries removed  ->  the segments are closed: their numbers stay, their keys go
 * </pre>
 *
 * <p>After a crash the recorded segment is gone on with: if history holds its number its entries are only removed, else it is redone with
 * exactly its keys. The record is read before the keys are gathered and is only ever replaced by comparison, so two nodes that both believe
 * themselves the committer number different segments, and neither can gather what the other has drained.
 */
final class SegmentDrain {
    private static final Logger LOGGER = LoggerFactory.getLogger(SegmentDrain.class);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int TRIES = 500;

    private final LogGrid grid;
    private final ObservationSink sink;
    private final LogSettings settings;
    private final EntryReader reader;
    private final LogMetrics metrics;
    private final Set<Integer> inWork = new HashSet<>();

    SegmentDrain(LogGrid grid, ObservationSink sink, LogSettings settings, EntryReader reader, LogMetrics metrics) {
        this.grid = grid;
        this.sink = sink;
        this.settings = settings;
        this.reader = reader;
        this.metrics = metrics;
    }

    /** Drains all of a set that may be drained now. One drain of a set at a time: others wait. */
    void drain(FeatureSet set) {
        enter(set);
        try {
            Set<Integer> shards = new TreeSet<>();
            for (LogReply.ShardSize size : measure()) {
                if (size.set() == set.identity().number()) {
                    shards.add(size.shard());
                }
            }
            drainShards(set, shards);
        } finally {
            leave(set);
        }
    }

    /** Drains some shards, unless a drain of the set is running: then there is nothing to hurry for. */
    void drainIfIdle(FeatureSet set, Set<Integer> shards) {
        if (tryEnter(set)) {
            try {
                drainShards(set, shards);
            } finally {
                leave(set);
            }
        }
    }

    /** How much there is of each shard in the whole grid. */
    List<LogReply.ShardSize> measure() {
        Map<Integer, Map<Integer, LogReply.ShardSize>> sizes = new TreeMap<>();
        List<Integer> all = new ArrayList<>();
        for (int partition = 0; partition < grid.partitions().count(); partition++) {
            all.add(partition);
        }
        for (LogReply reply : askOwners(all, LogRequest.Measure::new)) {
            if (reply instanceof LogReply.Measured measured) {
                for (LogReply.ShardSize size : measured.shards()) {
                    sizes.computeIfAbsent(size.set(), missing -> new TreeMap<>())
                            .merge(size.shard(), size, LogReply.ShardSize::plus);
                }
            }
        }
        return sizes.values().stream().flatMap(ofSet -> ofSet.values().stream()).toList();
    }

    /**
     * Drains shards, a segment of each at a time. Segments share a commit, which costs the same for one as for all of them, until there is
     * a whole segment's worth of bytes: so less than two of those are in memory.
     */
    private void drainShards(FeatureSet set, Set<Integer> shards) {
        Set<Integer> left = shards;
        while (!left.isEmpty()) {
            Set<Integer> more = new TreeSet<>();
            List<Segment> segments = new ArrayList<>();
            long bytes = 0;
            for (Integer shard : left) {
                Recorded recorded = record(set, shard);
                if (recorded.more()) {
                    more.add(shard);
                }
                if (recorded.segment() != null) {
                    segments.add(recorded.segment());
                    bytes += recorded.bytes();
                }
                if (bytes >= settings.segment().bytes()) {
                    finish(set, segments);
                    segments.clear();
                    bytes = 0;
                }
            }
            finish(set, segments);
            left = more;
        }
    }

    /**
     * A shard's segment, yet to be finished.
     *
     * @param segment null if there is nothing to drain
     * @param more whether the shard must be looked at again
     */
    private record Recorded(@Nullable Segment segment, long bytes, boolean more) {}

    /** The segment that was left recorded, or else a new one of what may be drained, recorded. */
    private Recorded record(FeatureSet set, int shard) {
        int number = set.identity().number();
        Segment last = grid.segments().get(number, shard);
        if (last != null && !last.closed() && settings.broken() != BrokenRule.FORGET_SEGMENTS) {
            // How large it is nobody has noted: as large as one may be.
            return new Recorded(last, settings.segment().bytes(), true);
        }
        Gathering gathered = gather(number, shard);
        if (gathered.keys().isEmpty()) {
            return new Recorded(null, 0, gathered.more());
        }
        long next = Math.max(last == null ? 0 : last.number(), sink.drained(set, shard)) + 1;
        Segment segment = new Segment(number, shard, next, gathered.keys());
        boolean recorded =
                last == null ? grid.segments().create(segment) : grid.segments().replace(last, segment);
        // Where another committer was faster, what it has left is gathered anew.
        return recorded ? new Recorded(segment, gathered.bytes(), gathered.more()) : new Recorded(null, 0, true);
    }

    /** Brings recorded segments into history, those that are not there, and closes them. */
    private void finish(FeatureSet set, List<Segment> segments) {
        List<Segment> open = segments.stream()
                .filter(segment -> segment.number() > sink.drained(set, segment.shard()))
                .toList();
        if (!open.isEmpty()) {
            metrics.drain.time(() -> commit(set, open));
        }
        forget(segments);
        for (Segment segment : segments) {
            grid.segments().replace(segment, segment.close());
        }
    }

    private void commit(FeatureSet set, List<Segment> segments) {
        if (settings.broken() == BrokenRule.DELETE_BEFORE_READING) {
            forget(segments);
        }
        List<ObservationSink.ShardSegment> read = new ArrayList<>();
        long rows = 0;
        for (Segment segment : segments) {
            List<LogEntry> entries = grid.log().getAll(segment.keys());
            if (entries.size() < segment.keys().size()) {
                if (segment.number() <= sink.drained(set, segment.shard())) {
                    // Another committer finished it between the look at history and the look at the log.
                    continue;
                }
                tellMissing(set, segment, entries.size());
            }
            List<FeatureBatch> batches = new ArrayList<>();
            for (LogEntry entry : entries) {
                FeatureBatch batch = reader.read(set, entry).rows();
                if (batch.rows() > 0) {
                    batches.add(batch);
                    rows += batch.rows();
                }
            }
            read.add(new ObservationSink.ShardSegment(segment.shard(), segment.number(), batches));
        }
        if (settings.broken() == BrokenRule.DELETE_BEFORE_COMMIT) {
            forget(segments);
        }
        sink.drain(set, read);
        metrics.segments.inc(read.size());
        metrics.rows.inc(rows);
    }

    private void tellMissing(FeatureSet set, Segment segment, int found) {
        int missing = segment.keys().size() - found;
        metrics.missing.inc(missing);
        LOGGER.error(
                "segment {} of shard {} of '{}' has {} entries, of which {} are no longer in the log and not in history",
                segment.number(),
                segment.shard(),
                set.name(),
                segment.keys().size(),
                missing);
    }

    private record Gathering(List<EntryKey> keys, long bytes, boolean more) {}

    private Gathering gather(int set, int shard) {
        List<Integer> partitions = new ArrayList<>();
        for (int partition = shard; partition < grid.partitions().count(); partition += EntryKey.SHARDS) {
            partitions.add(partition);
        }
        LogSettings.SegmentLimits limits = settings.segment();
        List<LogEntry.Summary> found = new ArrayList<>();
        boolean more = false;
        for (LogReply reply :
                askOwners(partitions, share -> new LogRequest.Gather(set, share, limits.entries(), limits.bytes()))) {
            if (reply instanceof LogReply.Gathered gathered) {
                found.addAll(gathered.entries());
                more |= gathered.more();
            }
        }
        found.sort((one, other) -> EntryKey.BY_AGE.compare(one.key(), other.key()));
        List<EntryKey> keys = new ArrayList<>();
        long bytes = 0;
        for (LogEntry.Summary entry : found) {
            if (keys.size() == limits.entries() || (!keys.isEmpty() && bytes + entry.bytes() > limits.bytes())) {
                return new Gathering(keys, bytes, true);
            }
            keys.add(entry.key());
            bytes += entry.bytes();
        }
        return new Gathering(keys, bytes, more);
    }

    private void forget(List<Segment> segments) {
        Map<Integer, List<EntryKey>> byPartition = new LinkedHashMap<>();
        for (Segment segment : segments) {
            for (EntryKey key : segment.keys()) {
                byPartition
                        .computeIfAbsent(key.partition(), missing -> new ArrayList<>())
                        .add(key);
            }
        }
        askOwners(
                List.copyOf(byPartition.keySet()),
                share -> new LogRequest.Forget(share.stream()
                        .flatMap(partition -> byPartition.getOrDefault(partition, List.of()).stream())
                        .toList()));
    }

    /** Asks the owner of each partition, again and again until each of them was answered by its owner. */
    private List<LogReply> askOwners(
            List<Integer> partitions, java.util.function.Function<List<Integer>, LogRequest> request) {
        List<LogReply> answers = new ArrayList<>();
        List<Integer> left = partitions;
        for (int tries = 0; !left.isEmpty(); tries++) {
            Map<String, List<Integer>> shares = new LinkedHashMap<>();
            for (Integer partition : left) {
                shares.computeIfAbsent(grid.partitions().owner(partition), missing -> new ArrayList<>())
                        .add(partition);
            }
            Map<String, LogRequest> requests = new LinkedHashMap<>();
            shares.forEach((node, share) -> requests.put(node, request.apply(share)));
            Map<String, LogReply> replies = grid.messages().call(requests, settings.uploadLimit());
            left = new ArrayList<>();
            @Nullable LogReply failed = null;
            for (Map.Entry<String, List<Integer>> share : shares.entrySet()) {
                LogReply reply = replies.getOrDefault(share.getKey(), new LogReply.Failed("no answer"));
                if (reply instanceof LogReply.NotInCharge || reply instanceof LogReply.Gone) {
                    left.addAll(share.getValue());
                } else if (reply instanceof LogReply.Failed) {
                    failed = reply;
                } else {
                    answers.add(reply);
                }
            }
            if (failed != null || tries == TRIES) {
                throw Refusal.upstream("owners of the log's entries failed (" + (failed == null ? left : failed)
                        + "); the drain is tried again");
            }
            if (!left.isEmpty()) {
                grid.pauses().pause(PAUSE);
            }
        }
        return answers;
    }

    private void enter(FeatureSet set) {
        for (int tries = 0; !tryEnter(set); tries++) {
            if (tries == TRIES) {
                throw Refusal.upstream(
                        "a drain of '" + set.name() + "' has been running for too long (expected it to end; "
                                + "see the log for what holds it up)");
            }
            grid.pauses().pause(PAUSE);
        }
    }

    private boolean tryEnter(FeatureSet set) {
        synchronized (inWork) {
            return inWork.add(set.identity().number());
        }
    }

    private void leave(FeatureSet set) {
        synchronized (inWork) {
            inWork.remove(set.identity().number());
        }
    }
}
