package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.ObservationDrain;
import io.featuregrid.planner.execute.ObservationLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of the observation log: it accepts writes, owns partitions, commits sets, and answers other nodes. It starts no thread: whoever
 * holds it calls {@link #tend} again and again. Safe for use by several threads.
 */
public final class ObservationLogNode implements ObservationLog, ObservationDrain {
    private static final Logger LOGGER = LoggerFactory.getLogger(ObservationLogNode.class);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(30);

    private final LogGrid grid;
    private final LogPorts ports;
    private final LogSettings settings;
    private final Clock clock;
    private final LogMetrics metrics;
    private final PartitionOwner owner;
    private final Uploads uploads;
    private final SegmentDrain drain;
    private final UploadSweep sweep;
    private final Map<Integer, BackOff> backOffs = new HashMap<>();

    private record BackOff(int failures, long until) {}

    /**
     * A node that remembers nothing: what the grid holds it finds by itself.
     *
     * @param allocator for the bytes of entries while they are written or read; stays the caller's
     */
    public ObservationLogNode(LogGrid grid, LogPorts ports, LogSettings settings, BufferAllocator allocator) {
        this.grid = grid;
        this.ports = ports;
        this.settings = settings;
        this.clock = ports.stamps().clock();
        this.metrics = new LogMetrics(ports.metrics());
        EntryReader reader = new EntryReader(allocator);
        this.owner = new PartitionOwner(grid, ports, settings, reader, metrics);
        this.uploads = new Uploads(grid, settings, ports.stamps(), owner, allocator, metrics);
        this.drain = new SegmentDrain(grid, ports.sink(), settings, reader, metrics);
        this.sweep = new UploadSweep(grid, settings, clock, uploads);
        metrics.gauge("log.entries", () -> (long) owner.index().entries());
        metrics.gauge("log.bytes", () -> owner.index().bytes());
        metrics.gauge("log.age.seconds", this::ageSeconds);
    }

    @Override
    public Receipt append(Upload upload) {
        return uploads.append(upload);
    }

    @Override
    public void drain(List<FeatureSet> sets, Duration limit) {
        long end = clock.nowMicros() + limit.toNanos() / 1_000;
        Map<Integer, FeatureSet> left = new LinkedHashMap<>();
        sets.forEach(set -> left.put(set.identity().number(), set));
        String why = "";
        while (!left.isEmpty()) {
            Duration remaining = Duration.ofNanos(Math.max(0, end - clock.nowMicros()) * 1_000);
            Map<String, List<Integer>> committers = byCommitter(left);
            Map<String, LogRequest> requests = new LinkedHashMap<>();
            committers.forEach((node, share) -> requests.put(node, new LogRequest.Drain(share)));
            for (Map.Entry<String, LogReply> reply :
                    grid.messages().call(requests, remaining).entrySet()) {
                if (reply.getValue() instanceof LogReply.Done) {
                    left.keySet().removeAll(committers.getOrDefault(reply.getKey(), List.of()));
                } else {
                    why = String.valueOf(reply.getValue());
                }
            }
            if (!left.isEmpty() && clock.nowMicros() >= end) {
                throw Refusal.upstream("the observation log of "
                        + left.values().stream().map(FeatureSet::name).toList()
                        + " could not be brought into history within " + limit + " (" + why
                        + "); try again, or ask with fresh: false for what history holds now");
            }
            if (!left.isEmpty()) {
                grid.pauses().pause(PAUSE);
            }
        }
    }

    @Override
    public long undrained(List<FeatureSet> sets) {
        Set<Integer> numbers = new HashSet<>();
        sets.forEach(set -> numbers.add(set.identity().number()));
        return drain.measure().stream()
                .filter(size -> numbers.contains(size.set()))
                .mapToLong(LogReply.ShardSize::rows)
                .sum();
    }

    /** Answers another node, or this one. */
    public LogReply handle(LogRequest request) {
        try {
            return switch (request) {
                case LogRequest.Append append -> owner.append(append.entry(), null);
                case LogRequest.Prepare prepare -> owner.prepare(prepare.entries());
                case LogRequest.Commit commit -> owner.commit(commit.keys());
                case LogRequest.Adopt adopt -> owner.adopt(adopt.entries());
                case LogRequest.Forget forget -> owner.forget(forget.keys());
                case LogRequest.Measure measure -> owner.measure(measure.partitions());
                case LogRequest.Gather gather -> owner.gather(gather);
                case LogRequest.Doubts doubts -> owner.doubts();
                case LogRequest.Drain demanded -> drain(demanded);
            };
        } catch (RuntimeException failure) {
            LOGGER.warn(
                    "a request of the observation log failed: {}",
                    request.getClass().getSimpleName(),
                    failure);
            return new LogReply.Failed(String.valueOf(failure.getMessage()));
        }
    }

    /** What a node has to do before it is ready: merges again what it owns of the log and does not remember. */
    public void recover() {
        owner.tend();
    }

    /** What a node has to do every second or so: owned entries, then records, then what is due to be drained. */
    public void tend() {
        owner.tend();
        Catalog catalog = ports.catalog().current();
        long due = clock.nowMicros() - settings.segment().age().toNanos() / 1_000;
        Map<Integer, FeatureSet> mine = new HashMap<>();
        for (FeatureSet set : catalog.sets()) {
            if (commits(set) && mayTry(set)) {
                mine.put(set.identity().number(), set);
            }
        }
        if (mine.isEmpty()) {
            return;
        }
        Map<FeatureSet, Set<Integer>> shards = new LinkedHashMap<>();
        Set<FeatureSet> dueSets = new LinkedHashSet<>();
        for (LogReply.ShardSize size : drain.measure()) {
            FeatureSet set = mine.get(size.set());
            if (set != null) {
                shards.computeIfAbsent(set, missing -> new TreeSet<>()).add(size.shard());
                if (size.bytes() >= settings.segment().bytes() || size.oldest() <= due) {
                    dueSets.add(set);
                }
            }
        }
        // Where one shard is due the others come along: they share its commit.
        dueSets.forEach(set -> tryDrain(set, shards.getOrDefault(set, Set.of())));
    }

    /** What a node has to do at its start, when another left, and every few minutes. */
    public void sweep() {
        sweep.sweep();
    }

    private void tryDrain(FeatureSet set, Set<Integer> shards) {
        if (!mayTry(set)) {
            return;
        }
        int number = set.identity().number();
        try {
            drain.drainIfIdle(set, shards);
            synchronized (backOffs) {
                backOffs.remove(number);
            }
        } catch (RuntimeException failure) {
            metrics.failures.inc();
            int failures;
            synchronized (backOffs) {
                failures = backOffs.getOrDefault(number, new BackOff(0, 0)).failures() + 1;
                long wait = Math.min(LONGEST_BACK_OFF.toMillis(), 500L << Math.min(failures, 10)) * 1_000;
                backOffs.put(number, new BackOff(failures, clock.nowMicros() + wait));
            }
            LOGGER.warn(
                    "observations of '{}' could not be brought into history, {} times in a row; they stay in the log",
                    set.name(),
                    failures,
                    failure);
        }
    }

    private boolean mayTry(FeatureSet set) {
        synchronized (backOffs) {
            BackOff backOff = backOffs.get(set.identity().number());
            return backOff == null || clock.nowMicros() >= backOff.until();
        }
    }

    private LogReply drain(LogRequest.Drain demanded) {
        Catalog catalog = ports.catalog().current();
        for (Integer number : demanded.sets()) {
            FeatureSet set = EntryReader.set(catalog, number).orElse(null);
            if (set != null) {
                if (!commits(set)) {
                    return new LogReply.NotInCharge();
                }
                drain.drain(set);
            }
        }
        return new LogReply.Done();
    }

    private boolean commits(FeatureSet set) {
        return grid.partitions().committer(set).equals(grid.partitions().self());
    }

    private Map<String, List<Integer>> byCommitter(Map<Integer, FeatureSet> sets) {
        Map<String, List<Integer>> byNode = new LinkedHashMap<>();
        sets.forEach(
                (number, set) -> byNode.computeIfAbsent(grid.partitions().committer(set), missing -> new ArrayList<>())
                        .add(number));
        return byNode;
    }

    private Long ageSeconds() {
        OptionalLong oldest = owner.index().oldest();
        return oldest.isEmpty() ? 0L : Math.max(0, clock.nowMicros() - oldest.getAsLong()) / 1_000_000;
    }
}
