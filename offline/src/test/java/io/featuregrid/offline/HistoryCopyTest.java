package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.layout.TableCopy;
import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Kind;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.offline.world.ObservationBatches;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.execute.ObservationSink.ShardSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A history that is put together from a copy holds what was there at that moment, and goes on from there. */
class HistoryCopyTest {
    @TempDir
    private Path home;

    @TempDir
    private Path elsewhere;

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

    @Test
    void aCopyHasTheRowsOfItsMomentAndKeepsNumbersAndFieldIds() throws IOException {
        List<Map<String, Object>> before;
        try (HistoryDriver driver = new HistoryDriver(home)) {
            drain(driver, 0, 1, Kind.VALUES, Map.of(x, 5L));
            drain(driver, 1, 1, Kind.VALUES, Map.of(y, "a"));
            drain(driver, 0, 2, Kind.TOMBSTONE_OF_ALL, Map.of());
            before = driver.scan(set);
            HistoryCopy copy = driver.history().copy(List.of(set));
            drain(driver, 0, 3, Kind.VALUES, Map.of(x, 6L));
            restore(copy);
            assertThat(driver.scan(set)).hasSize(4);
        }
        try (HistoryDriver restored = new HistoryDriver(elsewhere)) {
            assertThat(before).hasSize(3);
            assertThat(restored.scan(set)).containsExactlyInAnyOrderElementsOf(before);
            assertThat(restored.history().sink().drained(set, 0)).isEqualTo(2);
            drain(restored, 0, 2, Kind.VALUES, Map.of(x, 7L));
            assertThat(restored.scan(set)).as("a segment that is there").hasSize(3);
            drain(restored, 0, 3, Kind.VALUES, Map.of(x, 8L, y, "b"));
            assertThat(restored.scan(set)).hasSize(4);
        }
        assertThat(new HistoryFolder(elsewhere).dataFiles("thing")).hasSize(4);
    }

    @Test
    void anIngestThatWasNotMergedIsMergedByTheNextStartOfTheCopy() throws IOException {
        try (HistoryDriver driver = new HistoryDriver(home)) {
            drain(driver, 0, 1, Kind.VALUES, Map.of(x, 5L));
            Path file = new HistoryFolder(home).dataFiles("thing").getFirst();
            String write = file.getFileName().toString().substring(0, 36);
            byte[] record = ("{\"format\":1,\"id\":\"late\",\"table\":\"thing\",\"files\":\"" + write
                            + "\",\"online_until\":1000000}")
                    .getBytes(StandardCharsets.UTF_8);
            Files.write(home.resolve("ingests").resolve(write + ".json"), record);
            HistoryCopy copy = driver.history().copy(List.of(set));
            assertThat(copy.unmerged()).containsOnlyKeys(write + ".json");
            restore(copy);
        }
        try (HistoryDriver restored = new HistoryDriver(elsewhere)) {
            assertThat(restored.scan(set)).hasSize(1);
            assertThat(new HistoryFolder(elsewhere).journal())
                    .as("kept for the merge")
                    .hasSize(1);
        }
    }

    private void restore(HistoryCopy copy) throws IOException {
        try (HistoryCopy.Target target = new HistoryCopy.Target(elsewhere, HistorySettings.DEFAULT)) {
            for (TableCopy table : copy.tables()) {
                List<TableCopy.CopiedFile> files = table.files();
                for (TableCopy.CopiedFile file : files) {
                    Path folder = target.dataFolder(table.name());
                    Files.copy(file.path(), folder.resolve(file.path().getFileName()));
                }
                String described = table.describe(files).toString();
                assertThat(described).as("says nothing of its old place").doesNotContain(home.toString());
                target.adopt(table.name(), table.describe(files));
            }
            for (Map.Entry<String, byte[]> record : copy.unmerged().entrySet()) {
                target.keepUnmerged(record.getKey(), record.getValue());
            }
        }
    }

    private void drain(HistoryDriver driver, int shard, long number, Kind kind, Map<Integer, Object> cells) {
        long sequence = 10L * number + shard;
        Observation one = new Observation(
                new Entity("thing", List.of(number)), 10 + number, 1000 + sequence, sequence, kind, cells);
        driver.history()
                .sink()
                .drain(
                        set,
                        List.of(new ShardSegment(
                                shard,
                                number,
                                List.of(ObservationBatches.of(set, List.of(one), told -> Origin.UPLOAD)))));
    }
}
