package io.featuregrid.gridnode.ingest.simulation;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.gridnode.ingest.EntryKey;
import io.featuregrid.gridnode.ingest.LogEntry;
import io.featuregrid.gridnode.ingest.LogGrid;
import io.featuregrid.gridnode.ingest.LogPorts;
import io.featuregrid.gridnode.ingest.LogReply;
import io.featuregrid.gridnode.ingest.LogRequest;
import io.featuregrid.gridnode.ingest.LogSettings;
import io.featuregrid.gridnode.ingest.ObservationLogNode;
import io.featuregrid.gridnode.ingest.Segment;
import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.MonotonicStamps;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A grid of some nodes: what it stores survives every crash, as with backups; who is in charge of what changes at any step. Nodes that come
 * back have forgotten everything and have another name.
 */
final class SimulatedGrid {
    static final int PARTITIONS = 20;

    final Random random;
    final Timeline timeline;
    final SimulatedHistory history;
    final HeapOnlineStore online = new HeapOnlineStore();
    final Map<EntryKey, LogEntry> entries = new HashMap<>();
    final Map<String, UploadRecord> uploads = new TreeMap<>();
    final Map<List<Integer>, Segment> segments = new HashMap<>();
    final List<Node> nodes = new ArrayList<>();

    private final SimulationWorld world;
    private final LogSettings settings;
    private final BufferAllocator allocator;
    private final int[] owners = new int[PARTITIONS];
    private final long[] lastInsertedAt;
    private Faults faults = Faults.NONE;
    private long version;
    private int committerShift;
    private long missing;

    /** A process on a machine. */
    static final class Node {
        final int place;
        private int run;
        private boolean lives;
        private @Nullable ObservationLogNode log;
        private MetricRegistry metrics = new MetricRegistry();

        private Node(int place) {
            this.place = place;
        }

        String name() {
            return "n" + place + "#" + run;
        }

        boolean lives() {
            return lives;
        }

        /** Whether the same run goes on. */
        boolean lives(int asRun) {
            return lives && run == asRun;
        }

        int run() {
            return run;
        }

        ObservationLogNode log() {
            if (log == null) {
                throw new IllegalStateException("node " + place + " never started");
            }
            return log;
        }
    }

    SimulatedGrid(Random random, SimulationWorld world, int count, LogSettings settings, BufferAllocator allocator) {
        this.random = random;
        this.world = world;
        this.settings = settings;
        this.allocator = allocator;
        this.timeline = new Timeline(random, this::chaos);
        this.history = new SimulatedHistory(timeline::step, this::fail);
        this.lastInsertedAt = new long[count];
        world.sets().forEach(online::prepare);
        for (int place = 0; place < count; place++) {
            nodes.add(new Node(place));
            start(nodes.getLast());
        }
    }

    void faults(Faults now) {
        faults = now;
    }

    /** How many entries of segments could not be found. */
    long missing() {
        return missing
                + nodes.stream()
                        .mapToLong(node -> node.metrics.counter("log.missing").getCount())
                        .sum();
    }

    List<Node> living() {
        return nodes.stream().filter(Node::lives).toList();
    }

    void startAll() {
        nodes.stream().filter(node -> !node.lives).forEach(this::start);
    }

    /** Runs code on a node; what it throws is that code's to keep. */
    Timeline.Task run(Node node, Runnable code) {
        int run = node.run;
        return timeline.start(() -> node.lives(run), code);
    }

    private void start(Node node) {
        node.run++;
        node.lives = true;
        missing += node.metrics.counter("log.missing").getCount();
        node.metrics = new MetricRegistry();
        LogGrid ports = new LogGrid(
                new SimulatedStores.Log(this),
                new SimulatedStores.Uploads(this, node),
                new SimulatedStores.Segments(this),
                new SimulatedStores.Owners(this, node),
                this::call,
                timeline::pause);
        // Like the stamps of a real node, those of a later run go on above the earlier ones.
        MonotonicStamps stamps = new MonotonicStamps(
                () -> {
                    lastInsertedAt[node.place] = Math.max(lastInsertedAt[node.place] + 1, timeline.nowMicros());
                    return lastInsertedAt[node.place];
                },
                node.place + 1);
        node.log = new ObservationLogNode(
                ports,
                new LogPorts(
                        world,
                        new StepwiseOnline(),
                        history,
                        new SimulationWorld.Stamps(stamps, timeline),
                        node.metrics),
                settings,
                allocator);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (!nodes.get(owners[partition]).lives || random.nextInt(nodes.size()) == 0) {
                owners[partition] = node.place;
            }
        }
        version++;
    }

    private void crash(Node node) {
        node.lives = false;
        List<Node> living = living();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (owners[partition] == node.place && !living.isEmpty()) {
                owners[partition] = living.get(random.nextInt(living.size())).place;
            }
        }
        version++;
    }

    private void chaos() {
        if (faults.crash() > 0 && random.nextInt(faults.crash()) == 0) {
            // Sometimes all at once.
            List<Node> hit = random.nextInt(6) == 0 ? living() : List.of(nodes.get(random.nextInt(nodes.size())));
            hit.stream().filter(Node::lives).forEach(this::crash);
        }
        if (faults.crash() > 0 && random.nextInt(40) == 0) {
            nodes.stream().filter(node -> !node.lives).findFirst().ifPresent(this::start);
        }
        if (faults.move() > 0 && random.nextInt(faults.move()) == 0) {
            committerShift++;
            List<Node> living = living();
            if (!living.isEmpty()) {
                owners[random.nextInt(PARTITIONS)] = living.get(random.nextInt(living.size())).place;
            }
            version++;
        }
    }

    /** Something fails now and then. */
    void fail() {
        if (faults.error() > 0 && random.nextInt(faults.error()) == 0) {
            throw new IllegalStateException("a fault on purpose");
        }
    }

    String owner(int partition) {
        // Asked so often that a step each time would be most of all steps.
        if (random.nextInt(8) == 0) {
            timeline.step();
        }
        return nodes.get(owners[partition]).name();
    }

    long version() {
        return version;
    }

    String committer(FeatureSet set) {
        timeline.step();
        List<Node> living = living();
        return living.isEmpty()
                ? "nobody"
                : living.get((set.identity().number() + committerShift) % living.size())
                        .name();
    }

    boolean alive(String name) {
        timeline.step();
        return living().stream().anyMatch(node -> node.name().equals(name));
    }

    private Map<String, LogReply> call(Map<String, LogRequest> requests, java.time.Duration limit) {
        Map<String, LogReply> replies = new HashMap<>();
        Map<String, Timeline.Task> tasks = new HashMap<>();
        long end = timeline.nowMicros() + limit.toNanos() / 1_000;
        for (Map.Entry<String, LogRequest> request : requests.entrySet()) {
            timeline.step();
            Node node = living().stream()
                    .filter(one -> one.name().equals(request.getKey()))
                    .findFirst()
                    .orElse(null);
            boolean lost = faults.error() > 0 && random.nextInt(faults.error()) == 0;
            if (node == null) {
                replies.put(request.getKey(), new LogReply.Gone());
            } else if (lost && random.nextBoolean()) {
                replies.put(request.getKey(), new LogReply.Failed("lost on the way"));
            } else {
                Timeline.Task task = run(node, () -> {
                    LogReply reply = node.log().handle(request.getValue());
                    replies.putIfAbsent(request.getKey(), reply);
                });
                tasks.put(request.getKey(), task);
                if (lost) {
                    // It is carried out, at some time, and nobody hears of it.
                    replies.put(request.getKey(), new LogReply.Failed("the answer was lost"));
                }
            }
        }
        for (Map.Entry<String, Timeline.Task> task : tasks.entrySet()) {
            timeline.await(() -> replies.containsKey(task.getKey())
                    || task.getValue().ended()
                    || timeline.nowMicros() >= end
                    || living().stream().noneMatch(node -> node.name().equals(task.getKey())));
            boolean gone = living().stream().noneMatch(node -> node.name().equals(task.getKey()));
            replies.putIfAbsent(task.getKey(), gone ? new LogReply.Gone() : new LogReply.Failed("no answer in time"));
        }
        return replies;
    }

    /** The store of the whole grid: rows of a batch get there one by one. */
    private final class StepwiseOnline implements OnlineStore {
        @Override
        public void prepare(FeatureSet set) {
            online.prepare(set);
        }

        @Override
        public OnlineRows read(OnlineRead read, FeatureBatch keys) {
            return online.read(read, keys);
        }

        @Override
        public void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
            for (FeatureBatch one : SimulationWorld.oneByOne(observations)) {
                timeline.step();
                fail();
                online.merge(set, one, versions);
            }
            timeline.step();
        }

        @Override
        public void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {
            online.erase(set, keys, mark);
        }
    }
}
