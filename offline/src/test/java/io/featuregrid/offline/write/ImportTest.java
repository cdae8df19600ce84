package io.featuregrid.offline.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.plan.IngestPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports number their rows on from those of the imports before, with node number 0, one import of a table at a time. */
class ImportTest {
    @TempDir
    private Path home;

    private final FeatureSet set = Definitions.alone(Definitions.set(
            "thing", List.of("id"), null, List.of(Definitions.required("id", FeatureType.INT64)), List.of()));
    private final IngestPlan plan =
            IngestPlan.plan(set, Definitions.options("{'preserve_inserted_at': 'learnt'}"), List.of("id", "learnt"));
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
    void rowsAreNumberedOnOverImportsAndRestarts() {
        send(3);
        send(2);
        driver.restart();
        send(1);
        assertThat(sequences()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void anImportThatIsNotCommittedTakesNoNumbersAndGivesItsTurnBack() {
        try (Ingest abandoned = driver.history().ingest(plan)) {
            abandoned.append(driver.memory().batch(plan.columns(), rows(5)));
        }
        send(2);
        assertThat(sequences()).containsExactly(0L, 1L);
    }

    @Test
    void importsAtOnceTakeTurns() throws ExecutionException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> imports = new ArrayList<>();
            for (int count = 0; count < 4; count++) {
                imports.add(threads.submit(() -> send(10)));
            }
            for (Future<?> one : imports) {
                one.get();
            }
        }
        assertThat(sequences())
                .containsExactlyElementsOf(LongStream.range(0, 40).boxed().toList());
    }

    @Test
    void anOrdinaryIngestDoesNotWaitForAnImport() {
        try (Ingest open = driver.history().ingest(plan)) {
            open.append(driver.memory().batch(plan.columns(), rows(1)));
            driver.ingest(set, Definitions.options("{}"), List.of("id"), List.of(List.of(9L)));
            open.commit();
        }
        assertThat(sequences()).containsExactly(0L, 1L << 48);
    }

    private void send(int count) {
        try (Ingest ingest = driver.history().ingest(plan)) {
            ingest.append(driver.memory().batch(plan.columns(), rows(count)));
            ingest.commit();
        }
    }

    private static List<List<Object>> rows(int count) {
        return LongStream.range(0, count)
                .mapToObj(id -> List.<Object>of(id, 7L))
                .toList();
    }

    private List<Object> sequences() {
        return driver.scan(set).stream()
                .map(row -> row.getOrDefault("__sequence", Cell.MISSING))
                .sorted()
                .toList();
    }
}
