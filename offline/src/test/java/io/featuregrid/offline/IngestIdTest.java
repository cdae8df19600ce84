package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.offline.write.IngestCounts;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A retry with the same ingest id stores nothing twice and is answered the same. */
class IngestIdTest {
    private static final int ROWS = 50;

    @TempDir
    private Path home;

    private final FeatureSet set = set("thing");
    private HistoryDriver driver;

    @BeforeEach
    void open() {
        driver = new HistoryDriver(home);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void aRetryIsAnsweredTheSame() {
        IngestCounts first = ingest(set, "a", ROWS);
        assertThat(first.rows()).isEqualTo(ROWS);
        assertThat(first.history()).isEqualTo(ROWS);
        assertThat(first.ingestId()).isEqualTo("a");
        assertThat(ingest(set, "a", ROWS)).isEqualTo(first);
        driver.restart();
        assertThat(ingest(set, "a", ROWS)).isEqualTo(first);
        assertThat(driver.scan(set)).hasSize(ROWS);
        expectTidy(set);
    }

    @Test
    void anotherNumberOfRowsIsAConflict() {
        ingest(set, "a", ROWS);
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> ingest(set, "a", ROWS + 1));
        assertThat(refusal.first().code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(refusal.first().message()).contains("\"a\"", "51 rows", "50 rows");
        assertThat(driver.scan(set)).hasSize(ROWS);
        expectTidy(set);
    }

    @Test
    void anotherIdAndAnotherTableAreOtherIngests() {
        FeatureSet other = set("other");
        ingest(set, "a", ROWS);
        ingest(set, "b", ROWS);
        ingest(other, "a", ROWS + 1);
        assertThat(driver.scan(set)).hasSize(2 * ROWS);
        assertThat(driver.scan(other)).hasSize(ROWS + 1);
    }

    @Test
    void withoutAnIdEachIngestIsANewOne() {
        IngestCounts first = driver.ingest(set, Definitions.options("{}"), List.of("id"), List.of(List.of(1L)));
        IngestCounts second = driver.ingest(set, Definitions.options("{}"), List.of("id"), List.of(List.of(1L)));
        assertThat(second.ingestId()).isNotEqualTo(first.ingestId());
        assertThat(driver.scan(set)).hasSize(2);
    }

    @Test
    void twoAtOnceWithOneIdStoreItOnce() throws ExecutionException, InterruptedException {
        int rounds = 4;
        CyclicBarrier together = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < rounds; round++) {
                String id = "round-" + round;
                List<Future<IngestCounts>> both = new ArrayList<>();
                for (int thread = 0; thread < 2; thread++) {
                    both.add(threads.submit(() -> {
                        together.await();
                        return ingest(set, id, ROWS);
                    }));
                }
                assertThat(both.get(0).get()).isEqualTo(both.get(1).get());
            }
        }
        assertThat(driver.scan(set)).hasSize(rounds * ROWS);
        expectTidy(set);
    }

    @Test
    void twoAtOnceWithOneIdAndOtherRowsAreAConflictForOne() throws InterruptedException {
        CyclicBarrier together = new CyclicBarrier(2);
        List<Integer> sizes = List.of(ROWS, ROWS + 1);
        int refused = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<IngestCounts>> both = new ArrayList<>();
            for (int size : sizes) {
                both.add(threads.submit(() -> {
                    together.await();
                    return ingest(set, "a", size);
                }));
            }
            for (Future<IngestCounts> one : both) {
                try {
                    one.get();
                } catch (ExecutionException failure) {
                    assertThat(failure.getCause()).hasMessageStartingWith("CONFLICT");
                    refused++;
                }
            }
        }
        assertThat(refused).isEqualTo(1);
        assertThat(driver.scan(set).size()).isIn(sizes);
        expectTidy(set);
    }

    /** No file lies about that belongs to no commit: each committed row stands in exactly one, and no ingest is under way. */
    private void expectTidy(FeatureSet of) {
        HistoryFolder folder = new HistoryFolder(home);
        assertThat(folder.journal()).isEmpty();
        assertThat(folder.dataFiles(of.table()).stream()
                        .map(path -> path.getFileName().toString().substring(0, 36))
                        .distinct())
                .hasSize((driver.scan(of).size() + ROWS / 2) / ROWS);
    }

    private IngestCounts ingest(FeatureSet into, String id, int count) {
        List<List<Object>> rows = new ArrayList<>();
        for (long key = 0; key < count; key++) {
            rows.add(List.of(key, key));
        }
        return driver.ingest(into, Definitions.options("{'ingest_id': '" + id + "'}"), List.of("id", "x"), rows);
    }

    private static FeatureSet set(String name) {
        return Definitions.alone(Definitions.set(
                name,
                List.of("id"),
                null,
                List.of(Definitions.required("id", FeatureType.INT64), Definitions.nullable("x", FeatureType.INT64)),
                List.of()));
    }
}
