package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Kind;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.ObservationBatches;
import io.featuregrid.offline.world.SettableClock;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationSink.ShardSegment;
import io.featuregrid.planner.plan.IngestPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes over one history: as two processes they know nothing of each other but what is committed. */
class SharedHistoryTest {
    private static final int FEATURES = 6;
    private static final int ROUNDS = 8;

    @TempDir
    private Path folder;

    private final FeatureSet set = Definitions.alone(set());
    private List<HistoryDriver> nodes = List.of();

    @BeforeEach
    void open() {
        nodes = List.of(node(1), node(2));
    }

    @AfterEach
    void close() {
        nodes.forEach(HistoryDriver::close);
    }

    @Test
    void aSegmentThatBothDrainIsInHistoryOnce() throws ExecutionException, InterruptedException {
        for (long segment = 1; segment <= ROUNDS; segment++) {
            long number = segment;
            both(node -> {
                Observation one = new Observation(
                        new Entity("thing", List.of(number)), 1, number, number, Kind.VALUES, Map.of(2, number));
                node.history()
                        .sink()
                        .drain(
                                set,
                                List.of(new ShardSegment(
                                        0,
                                        number,
                                        List.of(ObservationBatches.of(set, List.of(one), any -> Origin.UPLOAD)))));
            });
        }
        for (HistoryDriver node : nodes) {
            assertThat(node.history().sink().drained(set, 0)).isEqualTo(ROUNDS);
            assertThat(node.scan(set))
                    .extracting(row -> row.get("id"))
                    .doesNotHaveDuplicates()
                    .hasSize(ROUNDS);
        }
    }

    @Test
    void carrySetsThatGetOneNumberAtOnceAreNotMixedUp() throws ExecutionException, InterruptedException {
        List<List<Object>> expected = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long id = round;
            int first = round % FEATURES;
            for (int node = 0; node < 2; node++) {
                expected.add(List.of(id, "f" + (first + node * (1 + round / FEATURES)) % FEATURES));
            }
            both(node -> {
                int index = (first + (node == nodes.get(0) ? 0 : 1) * (1 + (int) id / FEATURES)) % FEATURES;
                untilCommitted(() -> node.ingest(
                        set,
                        Definitions.options("{}"),
                        List.of("id", "f" + index),
                        List.of(List.of(id, 100L + index))));
            });
        }
        List<List<Object>> found = new ArrayList<>();
        for (Map<String, Object> row : nodes.getFirst().scan(set)) {
            for (int index = 0; index < FEATURES; index++) {
                if (row.get("f" + index) instanceof Long value) {
                    assertThat(value).isEqualTo(100L + index);
                    found.add(List.of(row.getOrDefault("id", "?"), "f" + index));
                }
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aNumberThatTheOtherHasGivenAwayIsRefused() {
        nodes.get(0).ingest(set, Definitions.options("{}"), List.of("id"), List.of(List.of(1L)));
        IngestPlan plan = IngestPlan.plan(set, Definitions.options("{}"), List.of("id", "f0"));
        try (Ingest slow = nodes.get(0).history().ingest(plan)) {
            slow.append(nodes.get(0).memory().batch(plan.columns(), List.of(List.of(1L, 1L))));
            nodes.get(1).ingest(set, Definitions.options("{}"), List.of("id", "f1"), List.of(List.of(1L, 1L)));
            assertThat(refusal(slow::commit)).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        }
        nodes.get(0).ingest(set, Definitions.options("{}"), List.of("id", "f0"), List.of(List.of(1L, 2L)));
        assertThat(nodes.get(1).scan(set)).hasSize(3);
    }

    @Test
    void ofTwoImportsAtOnceOneIsRefused() {
        IngestPlan plan = IngestPlan.plan(
                set, Definitions.options("{'preserve_inserted_at': 'learnt'}"), List.of("id", "learnt"));
        try (Ingest slow = nodes.get(0).history().ingest(plan)) {
            slow.append(nodes.get(0).memory().batch(plan.columns(), List.of(List.of(1L, 1L))));
            nodes.get(1)
                    .ingest(
                            set,
                            Definitions.options("{'preserve_inserted_at': 'learnt'}"),
                            List.of("id", "learnt"),
                            List.of(List.of(1L, 1L)));
            assertThat(refusal(slow::commit)).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        }
        assertThat(nodes.get(0).scan(set))
                .extracting(row -> row.get("__sequence"))
                .containsExactly(0L);
    }

    @Test
    void aStartLeavesTheFilesOfTheOtherAlone() {
        IngestPlan plan = IngestPlan.plan(set, Definitions.options("{}"), List.of("id", "f0"));
        List<List<Object>> rows = new ArrayList<>();
        for (long id = 0; id < 512 * 1024; id++) {
            rows.add(List.of(id, 1L));
        }
        try (Ingest running = nodes.get(0).history().ingest(plan)) {
            running.append(nodes.get(0).memory().batch(plan.columns(), rows));
            nodes.get(1).restart();
            assertThat(running.commit().rows()).isEqualTo(rows.size());
        }
        assertThat(nodes.get(1).metrics().timer("history.commit").getCount()).isZero();
    }

    private static ErrorCode refusal(Runnable refused) {
        try {
            refused.run();
        } catch (FeatureGridException refusal) {
            return refusal.first().code();
        }
        throw new AssertionError("it was not refused");
    }

    private static void untilCommitted(Runnable ingest) {
        for (int attempt = 0; attempt < 20; attempt++) {
            try {
                ingest.run();
                return;
            } catch (FeatureGridException refusal) {
                ErrorCode code = refusal.first().code();
                assertThat(code).isIn(ErrorCode.RESOURCE_EXHAUSTED, ErrorCode.UPSTREAM_FAILED);
            }
        }
        throw new AssertionError("no turn in 20 attempts");
    }

    /** What one node does. */
    @FunctionalInterface
    private interface Deed {
        void of(HistoryDriver node);
    }

    private void both(Deed deed) throws ExecutionException, InterruptedException {
        CyclicBarrier together = new CyclicBarrier(nodes.size());
        try (ExecutorService threads = Executors.newFixedThreadPool(nodes.size())) {
            List<Future<?>> running = new ArrayList<>();
            for (HistoryDriver node : nodes) {
                running.add(threads.submit(() -> {
                    together.await();
                    deed.of(node);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    private HistoryDriver node(int number) {
        return new HistoryDriver(
                folder.resolve("home-" + number),
                HistorySettings.DEFAULT.in(folder.resolve("shared")),
                new SettableClock(1_000_000_000_000L),
                number);
    }

    private static FeatureSet set() {
        List<Feature> features = new ArrayList<>();
        features.add(Definitions.required("id", FeatureType.INT64));
        for (int index = 0; index < FEATURES; index++) {
            features.add(Definitions.nullable("f" + index, FeatureType.INT64));
        }
        return Definitions.set("thing", List.of("id"), null, features, List.of());
    }
}
