package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.offline.load.LoadResult;
import io.featuregrid.offline.read.ObservationBuffer;
import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.offline.world.ObservationBatches;
import io.featuregrid.offline.write.IngestCounts;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ingests and loads into an online store that fails at any moment: what was begun is finished, once, and holds everything. */
class OnlineLoadTest {
    private static final int ENTITIES = 10_000;
    private static final long NOW = 1_000_000_000_000L;

    @TempDir
    private Path home;

    private final FeatureSet set = Definitions.alone(Definitions.set(
            "thing",
            List.of("id"),
            null,
            List.of(Definitions.required("id", FeatureType.INT64), Definitions.nullable("x", FeatureType.INT64)),
            List.of()));
    private HistoryDriver driver;
    private HistoryFolder folder;

    @BeforeEach
    void open() {
        driver = new HistoryDriver(home);
        folder = new HistoryFolder(home);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void onlyTheNewestRowOfAnEntityIsMerged() {
        List<List<Object>> rows = new ArrayList<>();
        for (long version = 0; version < 5; version++) {
            rows.addAll(rows(100, version));
        }
        IngestCounts counts = driver.ingest(set, Definitions.options("{}"), List.of("id", "x"), rows);
        assertThat(counts.online()).isEqualTo(500);
        assertThat(driver.store().mergedRows()).isEqualTo(100);
        assertThat(values(100)).containsOnly(4L);
    }

    @Test
    void rowsOfTheFutureStayInHistory() {
        List<List<Object>> rows =
                List.of(List.of(1L, NOW - 1, 1L), List.of(1L, NOW + 60_000_000, 2L), List.of(1L, NOW + 60_000_001, 3L));
        IngestCounts counts = driver.ingest(
                set,
                Definitions.options("{'observed_at': 'when', 'allow_future': true}"),
                List.of("id", "when", "x"),
                rows);
        assertThat(counts.history()).isEqualTo(3);
        assertThat(counts.online()).isEqualTo(2);
        assertThat(driver.store().mergedRows()).isEqualTo(1);
        assertThat(values(2).get(1)).isEqualTo(2L);
    }

    @Test
    void aTombstoneOfAFeatureLeavesTheRow() {
        driver.ingest(
                set,
                Definitions.options("{'observed_at': 'when', 'tombstone': 'gone'}"),
                List.of("id", "when", "x", "gone"),
                List.of(List.of(0L, 1L, 1L, false), List.of(0L, 2L, 1L, true)));
        OnlineRows rows = read(1);
        assertThat(rows.exists()[0]).isTrue();
        assertThat(rows.values().column(0).isPresent(0)).isFalse();
    }

    @Test
    void anIngestIsFinishedByARetry() {
        failingIngest();
        IngestCounts counts = ingest("a");
        assertThat(counts.online()).isEqualTo(ENTITIES);
        expectWhole();
        driver.store().lose();
        assertThat(ingest("a")).isEqualTo(counts);
        assertThat(driver.store().mergedRows())
                .as("merged again although nothing was left to do")
                .isZero();
    }

    @Test
    void anIngestIsFinishedByTheNextStart() {
        failingIngest();
        driver.restart();
        assertThat(folder.journal()).hasSize(1);
        driver.history().finishIngests(new Catalog(1, 2, List.of(set), List.of()));
        expectWhole();
    }

    @Test
    void anIngestIntoASetThatIsGoneIsForgotten() {
        failingIngest();
        driver.restart();
        driver.history().finishIngests(Catalog.EMPTY);
        assertThat(folder.journal()).isEmpty();
    }

    private void failingIngest() {
        driver.store().failAfter(3);
        assertThatThrownBy(() -> ingest("a"))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageStartingWith(
                        "UPSTREAM_FAILED: ingest \"a\" into 'thing' stands in history, but is not yet merged");
        driver.store().repair();
        assertThat(values(ENTITIES)).contains(Cell.MISSING);
    }

    private void expectWhole() {
        assertThat(folder.journal()).isEmpty();
        assertThat(driver.scan(set)).hasSize(ENTITIES);
        assertThat(values(ENTITIES)).containsOnly(7L);
        assertThat(driver.store().largestBatch()).isLessThanOrEqualTo(ObservationBuffer.ROWS);
    }

    @Test
    void aLoadGoesOnWhereItWasInterrupted() {
        ingest("a");
        driver.store().lose();
        driver.store().failAfter(9);
        List<Integer> before = new ArrayList<>();
        assertThatThrownBy(() -> driver.history().load(set, OptionalLong.empty(), (rows, done, of) -> before.add(done)))
                .hasMessageContaining("the store was told to fail");
        driver.store().repair();
        long merged = driver.store().mergedRows();
        int done = before.getLast();
        assertThat(done).isBetween(6, 10);
        driver.restart();
        driver.clock().set(NOW + 5);
        List<Long> rows = new ArrayList<>();
        LoadResult result = driver.history().load(set, OptionalLong.empty(), (count, buckets, of) -> rows.add(count));
        assertThat(result).isEqualTo(new LoadResult(ENTITIES, NOW));
        assertThat(rows.getFirst()).isGreaterThan(0);
        assertThat(rows.getLast()).isEqualTo(ENTITIES);
        assertThat(values(ENTITIES)).containsOnly(7L);
        assertThat(driver.store().mergedRows() - merged).isLessThan(ENTITIES * 2L / 3);
        assertThat(home.resolve("loads")).isEmptyDirectory();
        assertThat(driver.history()
                        .load(set, OptionalLong.empty(), (count, buckets, of) -> {})
                        .asOf())
                .isEqualTo(NOW + 5);
    }

    @Test
    void aLoadOfAnotherTimeBeginsAnew() {
        ingest("a");
        driver.store().failAfter(9);
        assertThatThrownBy(() -> driver.history().load(set, OptionalLong.empty(), (rows, done, of) -> {}))
                .hasMessageContaining("the store was told to fail");
        driver.store().repair();
        driver.store().lose();
        driver.clock().set(NOW + 5);
        LoadResult result = driver.history().load(set, OptionalLong.of(NOW + 5), (rows, done, of) -> {});
        assertThat(result).isEqualTo(new LoadResult(ENTITIES, NOW + 5));
        assertThat(driver.store().mergedRows()).isEqualTo(ENTITIES);
    }

    @Test
    void aLoadEndsWhenNobodyWantsToHearOfIt() {
        ingest("a");
        assertThatThrownBy(() -> driver.history().load(set, OptionalLong.empty(), (rows, done, of) -> {
                    throw new IllegalStateException("the caller is gone");
                }))
                .hasMessage("the caller is gone");
        assertThat(Files.exists(home.resolve("loads/thing.json"))).isTrue();
    }

    @Test
    void twoLoadsOfASetAtOnceAreAConflict() throws ExecutionException, InterruptedException {
        ingest("a");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<LoadResult> first =
                    threads.submit(() -> driver.history().load(set, OptionalLong.empty(), (rows, done, of) -> {
                        begun.countDown();
                        awaitQuietly(refused);
                    }));
            begun.await();
            assertThatThrownBy(() -> driver.history().load(set, OptionalLong.empty(), (rows, done, of) -> {}))
                    .hasMessageStartingWith("CONFLICT: 'thing' is being loaded");
            refused.countDown();
            assertThat(first.get().rows()).isEqualTo(ENTITIES);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private OnlineRows read(int entities) {
        List<List<Object>> keys = new ArrayList<>();
        for (long id = 0; id < entities; id++) {
            keys.add(List.of(id));
        }
        return driver.store()
                .read(
                        OnlineRead.ofAnyAge(set, set.carried(), Long.MAX_VALUE, false),
                        ObservationBatches.keys(set, keys));
    }

    private List<Object> values(int entities) {
        OnlineRows rows = read(entities);
        List<Object> values = new ArrayList<>();
        for (int row = 0; row < entities; row++) {
            values.add(Cell.at(rows.values().column(0), row));
        }
        return values;
    }

    private IngestCounts ingest(String id) {
        return driver.ingest(
                set, Definitions.options("{'ingest_id': '" + id + "'}"), List.of("id", "x"), rows(ENTITIES, 7));
    }

    private static List<List<Object>> rows(int count, long value) {
        List<List<Object>> rows = new ArrayList<>();
        for (long id = 0; id < count; id++) {
            rows.add(List.of(id, value));
        }
        return rows;
    }
}
