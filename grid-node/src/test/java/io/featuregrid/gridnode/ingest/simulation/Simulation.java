package io.featuregrid.gridnode.ingest.simulation;

import io.featuregrid.gridnode.ingest.BrokenRule;
import io.featuregrid.gridnode.ingest.LogSettings;
import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.StampColumn;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.ObservationLog.Receipt;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.execute.ObservationLog.Upload;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Clients write to a few nodes while these crash, come back, pass partitions on and lose messages; then all calms down, and what was
 * promised is compared with what is there. One seed is one course of things.
 */
final class Simulation {
    private static final Duration TICK = Duration.ofMillis(5);
    /** Longer than the longest back-off of a node takes to end in some rounds. */
    private static final Duration ROUND = Duration.ofSeconds(4);

    private static final int ROUNDS_TO_SETTLE = 30;

    private final Random random;
    private final SimulationWorld world;
    private final SimulatedGrid grid;
    private final Timeline timeline;
    private final List<Write> writes = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int clientsLeft;
    private boolean settling;

    /** What a client wants to be written, and how far it came. */
    private static final class Write {
        private final Upload upload;
        private final Set<Long> tokens = new HashSet<>();
        private @Nullable Receipt receipt;

        private Write(Upload upload) {
            this.upload = upload;
            for (SetRows rows : upload.sets()) {
                for (int row = 0; row < rows.observations().rows(); row++) {
                    tokens.add(SimulationWorld.token(rows.observations(), row));
                }
            }
        }
    }

    Simulation(long seed, BrokenRule broken, BufferAllocator allocator) {
        this.random = new Random(seed * 31 + 7);
        this.world = new SimulationWorld(random);
        LogSettings settings = new LogSettings(
                random.nextInt(4) == 0 ? 20_000 : 1 << 20,
                new LogSettings.SegmentLimits(
                        1 << 16, Duration.ofMillis(1 + random.nextInt(40)), 1 + random.nextInt(6)),
                Duration.ofMillis(100),
                Duration.ofMillis(150),
                Duration.ofMillis(400),
                broken);
        this.grid = new SimulatedGrid(random, world, 1 + random.nextInt(4), settings, allocator);
        this.timeline = grid.timeline;
    }

    long steps() {
        return timeline.steps();
    }

    /** Runs to the end and says what was not as promised. */
    List<String> run() {
        grid.faults(new Faults(
                random.nextInt(5) == 0 ? 0 : 60 + random.nextInt(600),
                random.nextInt(4) == 0 ? 0 : 20 + random.nextInt(300),
                random.nextInt(3) == 0 ? 0 : 60 + random.nextInt(400)));
        int clients = 1 + random.nextInt(4);
        clientsLeft = clients;
        for (int client = 0; client < clients; client++) {
            int number = client;
            timeline.start(() -> true, () -> write(number));
        }
        timeline.start(() -> true, this::tend);
        timeline.start(() -> true, this::read);
        timeline.run();
        compare();
        return violations;
    }

    private void write(int client) {
        int count = 2 + random.nextInt(6);
        for (int number = 0; number < count; number++) {
            String id = random.nextInt(3) == 0 ? null : client + "/" + number;
            Write write = new Write(new Upload(id, Origin.UPLOAD, world.rows(timeline)));
            writes.add(write);
            int tries = id == null ? 1 : 1 + random.nextInt(4);
            List<Timeline.Task> running = new ArrayList<>();
            for (int attempt = 0; attempt < tries && write.receipt == null; attempt++) {
                running.add(grid.run(someNode(), () -> append(write)));
                Timeline.Task last = running.getLast();
                // A client that has no patience asks again while the first try still runs.
                boolean impatient = random.nextInt(3) == 0;
                int patience = random.nextInt(30);
                long since = timeline.nowMicros();
                timeline.await(() -> last.ended() || (impatient && timeline.nowMicros() > since + patience * 1_000L));
            }
            timeline.await(() -> running.stream().allMatch(Timeline.Task::ended));
        }
        clientsLeft--;
    }

    private SimulatedGrid.Node someNode() {
        timeline.await(() -> !grid.living().isEmpty());
        List<SimulatedGrid.Node> living = grid.living();
        return living.get(random.nextInt(living.size()));
    }

    private void append(Write write) {
        ObservationLog log = grid.nodes.stream()
                .filter(SimulatedGrid.Node::lives)
                .skip(random.nextInt(grid.living().size()))
                .findFirst()
                .orElseThrow()
                .log();
        try {
            Receipt receipt = log.append(write.upload);
            Receipt before = write.receipt;
            if (before != null && !before.equals(receipt)) {
                violations.add("two receipts of one write: " + before + " and " + receipt);
            }
            write.receipt = receipt;
            expectMerged(write, receipt);
        } catch (FeatureGridException refused) {
            ErrorCode code = refused.first().code();
            if (code != ErrorCode.UPSTREAM_FAILED && code != ErrorCode.RESOURCE_EXHAUSTED) {
                violations.add("refused with " + refused.getMessage());
            }
        } catch (IllegalStateException fault) {
            // A fault on purpose came through: the client does not know what became of its write.
        }
    }

    /** A write that is acknowledged is in the online row, or something newer is. */
    private void expectMerged(Write write, Receipt receipt) {
        for (SetRows rows : write.upload.sets()) {
            if (!rows.online()) {
                continue;
            }
            FeatureSet set = rows.set();
            FeatureBatch batch = rows.observations();
            List<Column> keys = batch.columns().subList(0, set.key().size());
            FeatureBatch asked = FeatureBatch.onHeap(set.key(), keys, batch.rows());
            OnlineRead read = OnlineRead.ofAnyAge(
                    set, List.of(set.feature(SimulationWorld.TOKEN).orElseThrow()), timeline.nowMicros(), true);
            OnlineRows found = grid.online.read(read, asked);
            StampColumn stamps =
                    java.util.Objects.requireNonNull(found.stamps()).getFirst();
            Column observed = batch.column(batch.names().indexOf("__observed_at"));
            for (int row = 0; row < batch.rows(); row++) {
                boolean merged = stamps.stamp(row).isPresent()
                        && (!observed.hasValue(row) || stamps.stamp(row).get().observedAt() >= observed.longAt(row));
                if (!merged) {
                    violations.add(
                            "row " + row + " of an acknowledged write (" + receipt + ") is not in its online row");
                }
            }
        }
    }

    /** What is for history only never shows online. */
    private void expectOnlineOnly() {
        for (FeatureSet set : world.sets()) {
            OnlineRead read = OnlineRead.ofAnyAge(
                    set, List.of(set.feature(SimulationWorld.TOKEN).orElseThrow()), timeline.nowMicros(), false);
            FeatureBatch found =
                    grid.online.read(read, SimulationWorld.keys(set)).values();
            for (int row = 0; row < found.rows(); row++) {
                if (found.column(0).hasValue(row)
                        && !world.rowsOf(found.column(0).longAt(row)).online()) {
                    violations.add("row " + found.column(0).longAt(row) + " is for history only and shows online");
                }
            }
        }
    }

    /** Asks for history now and then: what was acknowledged before is in it. */
    private void read() {
        while (clientsLeft > 0) {
            timeline.pause(Duration.ofMillis(random.nextInt(60)));
            expectOnlineOnly();
            if (grid.living().isEmpty()) {
                continue;
            }
            SimulatedGrid.Node node = grid.living().getFirst();
            List<Write> acknowledged =
                    writes.stream().filter(write -> write.receipt != null).toList();
            boolean[] drained = new boolean[1];
            Timeline.Task task = grid.run(node, () -> {
                try {
                    node.log().drain(world.sets(), Duration.ofMillis(100));
                    drained[0] = true;
                } catch (FeatureGridException | IllegalStateException late) {
                    drained[0] = false;
                }
            });
            timeline.await(task::ended);
            if (drained[0]) {
                Map<Long, Integer> counts = countsInHistory();
                for (Write write : acknowledged) {
                    if (!write.tokens.stream().allMatch(counts::containsKey)) {
                        violations.add("a write that was acknowledged before a drain is not in history after it");
                    }
                }
            }
        }
    }

    private void tend() {
        while (clientsLeft > 0) {
            timeline.pause(TICK);
            tendAll();
        }
        grid.faults(Faults.NONE);
        grid.startAll();
        settling = true;
        for (int round = 0; round < ROUNDS_TO_SETTLE && (round < 3 || !grid.entries.isEmpty()); round++) {
            timeline.pause(ROUND);
            tendAll();
        }
    }

    private void tendAll() {
        List<Timeline.Task> tasks = new ArrayList<>();
        for (SimulatedGrid.Node node : grid.living()) {
            tasks.add(grid.run(node, () -> {
                try {
                    node.log().tend();
                    if (settling || random.nextInt(3) == 0) {
                        node.log().sweep();
                    }
                } catch (FeatureGridException | IllegalStateException failed) {
                    // Tried again at the next tick, as a node does.
                }
            }));
        }
        timeline.await(() -> tasks.stream().allMatch(Timeline.Task::ended));
    }

    private Map<Long, Integer> countsInHistory() {
        Map<Long, Integer> counts = new HashMap<>();
        for (FeatureSet set : world.sets()) {
            for (FeatureBatch batch : grid.history.rows(set)) {
                for (int row = 0; row < batch.rows(); row++) {
                    counts.merge(SimulationWorld.token(batch, row), 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    private void compare() {
        Map<Long, Integer> counts = countsInHistory();
        counts.forEach((token, count) -> {
            if (count > 1) {
                violations.add("row " + token + " is in history " + count + " times");
            }
        });
        for (Write write : writes) {
            long there = write.tokens.stream().filter(counts::containsKey).count();
            if (write.receipt != null && there < write.tokens.size()) {
                violations.add(
                        "of an acknowledged write of " + write.tokens.size() + " rows " + there + " are in history");
            }
            if (write.receipt == null && there > 0 && there < write.tokens.size()) {
                violations.add(
                        "of a write that failed " + there + " of " + write.tokens.size() + " rows are in history");
            }
        }
        if (!grid.entries.isEmpty()) {
            violations.add("entries that are left in the log: " + grid.entries.keySet());
        }
        grid.uploads.values().stream()
                .filter(record -> record.state() == UploadRecord.State.PREPARED)
                .forEach(record -> violations.add("a record that nobody finished: " + record));
        if (grid.missing() > 0) {
            violations.add(grid.missing() + " entries of segments were missing");
        }
        compareOnline();
    }

    /** The online rows are those of a store that was fed with history, each row as it was written. */
    private void compareOnline() {
        HeapOnlineStore oracle = new HeapOnlineStore();
        for (FeatureSet set : world.sets()) {
            oracle.prepare(set);
            for (FeatureBatch batch : grid.history.rows(set)) {
                for (FeatureBatch row : SimulationWorld.oneByOne(batch)) {
                    SetRows written = world.rowsOf(SimulationWorld.token(row, 0));
                    if (written.online()) {
                        oracle.merge(set, row, written.versions());
                    }
                }
            }
            OnlineRead read = OnlineRead.ofAnyAge(set, set.carried(), timeline.nowMicros(), true);
            String expected = describe(oracle.read(read, SimulationWorld.keys(set)));
            String actual = describe(grid.online.read(read, SimulationWorld.keys(set)));
            if (!expected.equals(actual)) {
                violations.add("online rows of " + set.name() + " are " + actual + " (expected " + expected + ")");
            }
        }
    }

    private static String describe(OnlineRows rows) {
        StringBuilder text = new StringBuilder();
        List<StampColumn> stamps = java.util.Objects.requireNonNull(rows.stamps());
        for (int row = 0; row < rows.exists().length; row++) {
            text.append(rows.exists()[row] ? "+" : "-");
            for (int index = 0; index < stamps.size(); index++) {
                text.append(rows.values().column(index).describe(row))
                        .append(stamps.get(index).stamp(row))
                        .append('v')
                        .append(stamps.get(index).version(row))
                        .append(' ');
            }
        }
        return text.toString();
    }
}
