package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.RandomValues;
import io.featuregrid.offline.world.SettableClock;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.plan.IngestOptions;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.time.AsOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joins beside ingests: what is seen of an ingest is all of it or nothing, and nothing that was acknowledged before is missed. */
class ConcurrencyTest {
    private static final int ENTITIES = 24;
    private static final int WRITERS = 2;
    private static final int INGESTS = 6;
    private static final int READERS = 3;

    @TempDir
    private Path home;

    @Test
    void aJoinSeesWholeIngestsOnly() throws ExecutionException, InterruptedException {
        HistorySettings settings = new HistorySettings(2, 7, 60_000_000);
        try (HistoryDriver driver = new HistoryDriver(home, settings, new SettableClock(RandomValues.START));
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS)) {
            Whole whole = new Whole(driver);
            List<Future<?>> writers = new ArrayList<>();
            List<Future<?>> readers = new ArrayList<>();
            AtomicInteger writing = new AtomicInteger(WRITERS);
            for (int writer = 0; writer < WRITERS; writer++) {
                writers.add(threads.submit(() -> {
                    try {
                        for (int ingest = 0; ingest < INGESTS; ingest++) {
                            whole.ingest();
                        }
                    } finally {
                        writing.decrementAndGet();
                    }
                }));
            }
            for (int reader = 0; reader < READERS; reader++) {
                boolean joins = reader > 0;
                readers.add(threads.submit(() -> {
                    while (writing.get() > 0) {
                        whole.read(joins);
                    }
                }));
            }
            for (Future<?> task : writers) {
                task.get();
            }
            for (Future<?> task : readers) {
                task.get();
            }
            assertThat(whole.read(true)).isEqualTo(WRITERS * INGESTS);
            assertThat(whole.read(false)).isEqualTo(WRITERS * INGESTS);
            assertThat(driver.scan(whole.set)).hasSize(WRITERS * INGESTS * ENTITIES);
        }
    }

    @Test
    void severalTablesAreWrittenAtOnce() throws ExecutionException, InterruptedException {
        try (HistoryDriver driver = new HistoryDriver(home);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> writers = new ArrayList<>();
            List<FeatureSet> sets = new ArrayList<>();
            for (String name : List.of("one", "two", "three", "four")) {
                FeatureSet set = Definitions.alone(set(name));
                sets.add(set);
                writers.add(threads.submit(() -> {
                    for (long ingest = 0; ingest < 5; ingest++) {
                        driver.ingest(set, Definitions.options("{}"), List.of("id", "x"), List.of(List.of(1L, ingest)));
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            for (FeatureSet set : sets) {
                assertThat(driver.scan(set)).hasSize(5);
            }
        }
    }

    private static FeatureSet set(String name) {
        return Definitions.set(
                name,
                List.of("id"),
                null,
                List.of(
                        Definitions.required("id", FeatureType.INT64),
                        Definitions.nullable("x", FeatureType.INT64),
                        Definitions.nullable("y", FeatureType.INT64)),
                List.of());
    }

    /** A set whose entities all get the same value in each ingest: the ingest's number, which is its observed_at too. */
    private static final class Whole {
        private final HistoryDriver driver;
        private final AtomicLong next = new AtomicLong(1);
        private final AtomicLong acknowledged = new AtomicLong();
        private final Catalog catalog = Definitions.apply(Catalog.EMPTY, List.of(set("thing")));
        private final FeatureSet set = catalog.sets().getFirst();
        private final IngestOptions options = Definitions.options("{'observed_at': 'when'}");
        private final TrainingSetPlan plan = Definitions.plan(
                catalog, "{'time': 't', 'keys': {'thing.id': 'id'}, 'features': ['thing.x', 'thing.y']}", "id", "t");

        Whole(HistoryDriver driver) {
            this.driver = driver;
        }

        /** Every other ingest carries only one of the features, so that it goes into files of its own. */
        void ingest() {
            long number = next.getAndIncrement();
            boolean both = number % 2 == 0;
            List<List<Object>> rows = new ArrayList<>();
            for (long id = 0; id < ENTITIES; id++) {
                rows.add(both ? List.of(id, number, number, number) : List.of(id, number, number));
            }
            List<String> columns = both ? List.of("id", "when", "x", "y") : List.of("id", "when", "x");
            driver.ingest(set, options, columns, rows);
            acknowledged.accumulateAndGet(number, Math::max);
        }

        /** Reads all entities; answers the number that all of them have. */
        long read(boolean join) {
            long before = acknowledged.get();
            List<List<Object>> rows = join ? joined() : everything();
            Set<List<Object>> different = new HashSet<>(rows);
            if (different.isEmpty()) {
                assertThat(before).isZero();
                return 0;
            }
            assertThat(rows).hasSize(ENTITIES);
            assertThat(different).as("values of %d entities", ENTITIES).hasSize(1);
            Object x = rows.getFirst().get(0);
            long seen = x instanceof Long number ? number : 0;
            assertThat(seen).isGreaterThanOrEqualTo(before);
            return seen;
        }

        private List<List<Object>> joined() {
            List<Map<String, Object>> spine = new ArrayList<>();
            for (long id = 0; id < ENTITIES; id++) {
                spine.add(Map.of("id", id, "t", RandomValues.START));
            }
            return driver.join(plan, spine, 7).rows();
        }

        private List<List<Object>> everything() {
            return driver.asOf(set, RandomValues.START, AsOf.PLAIN).stream()
                    .map(row -> List.of(row.getOrDefault("x", Cell.MISSING), row.getOrDefault("y", Cell.MISSING)))
                    .toList();
        }
    }
}
