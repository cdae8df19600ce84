package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.read.HistoryScan;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.offline.write.IngestCounts;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.plan.IngestPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash leaves of an ingest: the next start deletes the files of those that were not committed, and only those. */
class CrashTest {
    private static final int RUN_ROWS = 512 * 1024;

    @TempDir
    private Path home;

    private final FeatureSet set = Definitions.alone(Definitions.set(
            "thing",
            List.of("id"),
            null,
            List.of(Definitions.required("id", FeatureType.INT64), Definitions.nullable("x", FeatureType.INT64)),
            List.of()));
    private final IngestPlan plan = IngestPlan.plan(set, Definitions.options("{'ingest_id': 'a'}"), List.of("id", "x"));
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
    void anIngestThatWasNotCommittedIsDeleted() {
        ingest("before", 3);
        List<Path> committed = folder.dataFiles("thing");
        halfWritten(plan);
        assertThat(folder.dataFiles("thing")).hasSizeGreaterThan(committed.size());
        driver.restart();
        assertThat(folder.dataFiles("thing")).isEqualTo(committed);
        assertThat(folder.journal()).isEmpty();
        assertThat(driver.scan(set)).hasSize(3);
        assertThat(ingest("a", 5).rows()).isEqualTo(5);
        assertThat(driver.scan(set)).hasSize(8);
    }

    @Test
    void anIngestThatWasCommittedIsKept() throws IOException {
        Path kept = home.resolve("record");
        Path record;
        try (Ingest ingest = driver.history().ingest(plan)) {
            ingest.append(driver.memory().batch(plan.columns(), rows(RUN_ROWS)));
            record = folder.journal().getFirst();
            Files.copy(record, kept);
            ingest.commit();
        }
        assertThat(folder.journal()).isEmpty();
        driver.store().lose();
        Files.copy(kept, record);
        List<Path> files = folder.dataFiles("thing");
        driver.restart();
        assertThat(folder.dataFiles("thing")).isEqualTo(files);
        assertThat(countRows()).isEqualTo(RUN_ROWS);
        assertThat(folder.journal()).containsExactly(record);
        assertThat(driver.store().mergedRows()).isZero();
        driver.history().finishIngests(new Catalog(1, 2, List.of(set), List.of()));
        assertThat(folder.journal()).isEmpty();
        assertThat(driver.store().mergedRows()).isGreaterThanOrEqualTo(RUN_ROWS);
    }

    @Test
    void filesOfALoserAreDeletedAlthoughItsIdWasCommittedByAnother() {
        halfWritten(plan);
        ingest("a", 3);
        assertThat(folder.dataFiles("thing")).hasSizeGreaterThan(16);
        driver.restart();
        assertThat(folder.dataFiles("thing")).hasSizeLessThan(4);
        assertThat(driver.scan(set)).hasSize(3);
    }

    @Test
    void aCrashBeforeTheTableWasMadeIsNoObstacle() throws IOException {
        Path record = home.resolve("ingests/22222222-2222-2222-2222-222222222222.json");
        Files.writeString(
                record,
                "{\"format\":1,\"id\":\"b\",\"table\":\"thing\",\"files\":\"22222222-2222-2222-2222-222222222222\"}");
        Files.writeString(record.resolveSibling("33333333-3333-3333-3333-333333333333.new"), "{\"form");
        driver.restart();
        assertThat(folder.journal()).isEmpty();
        assertThat(driver.scan(set)).isEmpty();
        assertThat(ingest("b", 2).rows()).isEqualTo(2);
    }

    /** Leaves an ingest as a crash would: files and a record, no commit, never closed. */
    private void halfWritten(IngestPlan of) {
        Ingest lost = driver.history().ingest(of);
        lost.append(driver.memory().batch(of.columns(), rows(RUN_ROWS)));
        assertThat(folder.journal()).hasSize(1);
    }

    private int countRows() {
        int rows = 0;
        try (HistoryScan scan = driver.history().scan(set)) {
            for (FeatureBatch batch = scan.next(); batch != null; batch = scan.next()) {
                rows += batch.rows();
                batch.close();
            }
        }
        return rows;
    }

    private IngestCounts ingest(String id, int count) {
        return driver.ingest(set, Definitions.options("{'ingest_id': '" + id + "'}"), List.of("id", "x"), rows(count));
    }

    private static List<List<Object>> rows(int count) {
        List<List<Object>> rows = new ArrayList<>(count);
        for (long id = 0; id < count; id++) {
            rows.add(List.of(id, id));
        }
        return rows;
    }
}
