package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Kind;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.offline.world.ObservationBatches;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.execute.ObservationSink.ShardSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drained segments: each is in history once, as it was observed, whatever is handed over again. */
class SegmentTest {
    @TempDir
    private Path home;

    private final FeatureSet set = Definitions.alone(Definitions.set(
            "thing",
            List.of("id"),
            null,
            List.of(
                    Definitions.required("id", FeatureType.INT64),
                    Definitions.nullable("x", FeatureType.INT64),
                    Definitions.nullable("y", FeatureType.STRING)),
            List.of()));
    private final int x = set.feature("x").orElseThrow().number();
    private final int y = set.feature("y").orElseThrow().number();
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
    void rowsStandInHistoryAsTheyWereObserved() {
        drain(
                3,
                1,
                observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L, y, "a")),
                observation(1, 11, 2, Kind.VALUES, Map.of(y, Cell.NULL)),
                observation(2, 12, 3, Kind.VALUES, Map.of()),
                observation(3, 13, 4, Kind.TOMBSTONE_OF_SOME, Map.of(x, 0L)),
                observation(4, 14, 5, Kind.TOMBSTONE_OF_ALL, Map.of()));
        List<Map<String, Object>> rows = driver.scan(set);
        assertThat(rows).hasSize(5);
        assertThat(rows)
                .extracting(row -> List.of(
                        row.getOrDefault("id", "?"),
                        row.getOrDefault("__observed_at", "?"),
                        row.getOrDefault("__inserted_at", "?"),
                        row.getOrDefault("__sequence", "?"),
                        row.getOrDefault("__origin", "?"),
                        row.getOrDefault("__tombstone", "?")))
                .containsExactlyInAnyOrder(
                        List.of(1L, 10L, 1001L, 1L, "upload", false),
                        List.of(1L, 11L, 1002L, 2L, "upload", false),
                        List.of(2L, 12L, 1003L, 3L, "upload", false),
                        List.of(3L, 13L, 1004L, 4L, "upload", true),
                        List.of(4L, 14L, 1005L, 5L, "upload", true));
        assertThat(driver.metrics().meter("history.drain.rows").getCount()).isEqualTo(5);
    }

    @Test
    void aSegmentThatIsNotAboveTheLastIsNotWrittenAgain() {
        drain(0, 4, observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L)));
        List<Path> files = folder.dataFiles("thing");
        drain(0, 4, observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L)));
        drain(0, 3, observation(1, 10, 2, Kind.VALUES, Map.of(x, 5L)));
        assertThat(folder.dataFiles("thing")).isEqualTo(files);
        assertThat(driver.history().sink().drained(set, 0)).isEqualTo(4);
        assertThat(driver.history().sink().drained(set, 1)).isZero();
        drain(1, 1, observation(1, 10, 3, Kind.VALUES, Map.of(x, 5L)));
        drain(0, 5, observation(1, 10, 4, Kind.VALUES, Map.of(x, 5L)));
        assertThat(driver.scan(set)).hasSize(3);
        driver.restart();
        assertThat(driver.history().sink().drained(set, 0)).isEqualTo(5);
    }

    @Test
    void segmentsOfSeveralShardsShareFilesAndCommit() {
        List<ShardSegment> segments = new ArrayList<>();
        for (int shard = 0; shard < 16; shard++) {
            segments.add(segment(shard, 1, observation(7, 10 + shard, 1 + shard, Kind.VALUES, Map.of(x, 5L))));
        }
        driver.history().sink().drain(set, segments);
        assertThat(folder.dataFiles("thing")).hasSize(1);
        assertThat(driver.scan(set)).hasSize(16);
    }

    @Test
    void ofSegmentsThatComeTogetherOnlyThoseAreWrittenThatHistoryDoesNotHold() {
        drain(3, 5, observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L)));
        driver.history()
                .sink()
                .drain(
                        set,
                        List.of(
                                segment(2, 1, observation(2, 10, 2, Kind.VALUES, Map.of(x, 6L))),
                                segment(3, 5, observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L)))));
        assertThat(driver.scan(set)).extracting(row -> row.get("x")).containsExactlyInAnyOrder(5L, 6L);
        assertThat(driver.history().sink().drained(set, 2)).isEqualTo(1);
        assertThat(driver.history().sink().drained(set, 3)).isEqualTo(5);
    }

    @Test
    void aSegmentWithoutRowsIsNotedToo() {
        drain(0, 1);
        assertThat(driver.history().sink().drained(set, 0)).isEqualTo(1);
        assertThat(driver.scan(set)).isEmpty();
    }

    @Test
    void whatWasErasedIsSkipped() {
        driver.erasures().erase(set, key(1), new Stamp(0, 1001, 1));
        drain(
                0,
                1,
                observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L)),
                observation(1, 9, 2, Kind.VALUES, Map.of(x, 6L)),
                observation(2, 10, 1, Kind.VALUES, Map.of(x, 7L)));
        driver.erasures().erase(set, key(1), new Stamp(0, 0, 0));
        assertThat(driver.scan(set)).extracting(row -> row.get("x")).containsExactlyInAnyOrder(6L, 7L);
    }

    @Test
    void filesOfASegmentThatWasNotCommittedAreDeletedByTheNextStart() throws IOException {
        drain(0, 1, observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L)));
        List<Path> committed = folder.dataFiles("thing");
        String lost = "44444444-4444-4444-4444-444444444444";
        Path left = committed.getFirst().resolveSibling(lost + "-00000-c0-b00.parquet");
        Files.copy(committed.getFirst(), left);
        Files.writeString(
                home.resolve("ingests/" + lost + ".json"),
                "{\"format\":1,\"id\":\"segment 0/2\",\"table\":\"thing\",\"files\":\"" + lost + "\"}");
        driver.restart();
        assertThat(folder.dataFiles("thing")).isEqualTo(committed);
        assertThat(folder.journal()).isEmpty();
    }

    @Test
    void noSegmentLeavesARecord() {
        drain(0, 1, observation(1, 10, 1, Kind.VALUES, Map.of(x, 5L)));
        assertThat(folder.journal()).isEmpty();
    }

    private static byte[] key(long id) {
        FeatureSet ids = Definitions.alone(Definitions.set(
                "ids", List.of("id"), null, List.of(Definitions.required("id", FeatureType.INT64)), List.of()));
        return KeyBytes.of(ObservationBatches.keys(ids, List.of(List.of(id))).columns(), 0);
    }

    private void drain(int shard, long number, Observation... observations) {
        driver.history().sink().drain(set, List.of(segment(shard, number, observations)));
    }

    private ShardSegment segment(int shard, long number, Observation... observations) {
        List<FeatureBatch> batches = new ArrayList<>();
        for (Observation observation : observations) {
            batches.add(ObservationBatches.of(set, List.of(observation), one -> Origin.UPLOAD));
        }
        return new ShardSegment(shard, number, batches);
    }

    private static Observation observation(
            long id, long observedAt, long sequence, Kind kind, Map<Integer, Object> cells) {
        return new Observation(new Entity("thing", List.of(id)), observedAt, 1000 + sequence, sequence, kind, cells);
    }
}
