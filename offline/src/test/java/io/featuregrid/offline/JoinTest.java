package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.offline.join.TrainingSetJoin;
import io.featuregrid.offline.world.BatchMemory;
import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.TrainingSetPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a join is driven: its columns, its windows, its end. */
class JoinTest {
    private static final int ENTITIES = 64;

    @TempDir
    private Path home;

    private final Catalog catalog = Definitions.apply(
            Catalog.EMPTY, List.of(set("numbered", FeatureType.INT64), set("named", FeatureType.STRING)));
    private final TrainingSetPlan plan = Definitions.plan(
            catalog, "{'time': 't', 'keys': {'numbered.id': 'id'}, 'features': ['numbered.x']}", "id", "t");

    @Test
    void oneSpineColumnMayBeTheKeyOfSeveralTypes() {
        TrainingSetPlan both = Definitions.plan(
                catalog,
                "{'time': 't', 'keys': {'numbered.id': 'k', 'named.id': 'k'}, 'features': ['numbered.x', 'named.x']}",
                "k",
                "t");
        try (HistoryDriver driver = new HistoryDriver(home)) {
            ingest(driver);
            driver.ingest(
                    catalog.set("named").orElseThrow(),
                    Definitions.options("{'observed_at': '1970-01-01'}"),
                    List.of("id", "x"),
                    List.of(List.of("3", 33L)));
            try (TrainingSetJoin join = driver.history().join(both)) {
                List<TypedColumn> columns = List.of(
                        new TypedColumn("t", FeatureType.TIMESTAMP),
                        new TypedColumn("k", FeatureType.INT64),
                        new TypedColumn("k", FeatureType.STRING));
                assertThat(join.spineColumns()).isEqualTo(columns);
                try (var joined = join.join(driver.memory().batch(columns, List.of(List.of(0L, 3L, "3"))))
                        .columns()) {
                    assertThat(joined.names()).containsExactly("0", "1");
                    assertThat(Cell.at(joined.column(0), 0)).isEqualTo(3L);
                    assertThat(Cell.at(joined.column(1), 0)).isEqualTo(33L);
                }
            }
        }
    }

    @Test
    void aJoinKeepsTheSnapshotThatItBeganWith() {
        try (HistoryDriver driver = new HistoryDriver(home)) {
            ingest(driver);
            try (TrainingSetJoin join = driver.history().join(plan)) {
                String before = join.snapshot();
                driver.ingest(
                        catalog.set("numbered").orElseThrow(),
                        Definitions.options("{'observed_at': '1970-01-01T00:00:00.000001'}"),
                        List.of("id", "x"),
                        List.of(List.of(1L, 99L)));
                assertThat(joined(driver, join, 1)).isEqualTo(1L);
                assertThat(join.snapshot()).isEqualTo(before);
            }
            try (TrainingSetJoin later = driver.history().join(plan)) {
                assertThat(joined(driver, later, 1)).isEqualTo(99L);
            }
        }
    }

    @Test
    void anEmptyWindowIsAnsweredEmpty() {
        try (HistoryDriver driver = new HistoryDriver(home);
                TrainingSetJoin join = driver.history().join(plan)) {
            var window = join.join(driver.memory().batch(join.spineColumns(), List.of()));
            assertThat(window.columns().rows()).isZero();
            assertThat(window.timed()).isEmpty();
        }
    }

    @Test
    void aCancelledJoinEndsAndGivesItsSpineBack() {
        try (HistoryDriver driver = new HistoryDriver(home);
                TrainingSetJoin join = driver.history().join(plan)) {
            ingest(driver);
            join.cancel();
            FeatureGridException ended =
                    catchThrowableOfType(FeatureGridException.class, () -> joined(driver, join, 1));
            assertThat(ended.first().code()).isEqualTo(ErrorCode.CANCELLED);
            assertThat(driver.memory().open()).isZero();
        }
    }

    /** A join that is under way when its history is closed answers rightly or says that it was cancelled; it never hangs. */
    @Test
    void aJoinUnderWayEndsWhenItsHistoryIsClosed() throws ExecutionException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 4; round++) {
                HistoryDriver driver = new HistoryDriver(home.resolve("round-" + round));
                ingest(driver);
                CountDownLatch joining = new CountDownLatch(2);
                List<Future<?>> readers = new ArrayList<>();
                for (int thread = 0; thread < 2; thread++) {
                    readers.add(threads.submit(() -> joinUntilCancelled(driver, joining)));
                }
                joining.await();
                driver.close();
                for (Future<?> reader : readers) {
                    reader.get();
                }
            }
        }
    }

    private void joinUntilCancelled(HistoryDriver driver, CountDownLatch joining) {
        try (TrainingSetJoin join = driver.history().join(plan)) {
            while (true) {
                List<List<Object>> spine = new ArrayList<>();
                for (long id = 0; id < ENTITIES; id++) {
                    spine.add(List.of(0L, id));
                }
                var window = join.join(new BatchMemory().batch(join.spineColumns(), spine));
                for (int row = 0; row < ENTITIES; row++) {
                    assertThat(Cell.at(window.columns().column(0), row)).isEqualTo((long) row);
                }
                joining.countDown();
            }
        } catch (FeatureGridException ended) {
            assertThat(ended.first().code()).isEqualTo(ErrorCode.CANCELLED);
        } finally {
            joining.countDown();
        }
    }

    private static Object joined(HistoryDriver driver, TrainingSetJoin join, long id) {
        var window = join.join(driver.memory().batch(join.spineColumns(), List.of(List.of(1L, id))));
        return Cell.at(window.columns().column(0), 0);
    }

    private void ingest(HistoryDriver driver) {
        List<List<Object>> rows = new ArrayList<>();
        for (long id = 0; id < ENTITIES; id++) {
            rows.add(List.of(id, id));
        }
        driver.ingest(
                catalog.set("numbered").orElseThrow(),
                Definitions.options("{'observed_at': '1970-01-01'}"),
                List.of("id", "x"),
                rows);
    }

    private static FeatureSet set(String name, FeatureType key) {
        return Definitions.set(
                name,
                List.of("id"),
                null,
                List.of(Definitions.required("id", key), Definitions.nullable("x", FeatureType.INT64)),
                List.of());
    }
}
