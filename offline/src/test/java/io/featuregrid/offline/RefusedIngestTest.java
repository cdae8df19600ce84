package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.offline.world.SettableClock;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Values;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.IngestPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A write is whole or not at all: one bad row refuses its batch, named by row and value, and nothing is kept. */
class RefusedIngestTest {
    private static final long NOW = 1_000_000_000_000L;
    private static final long TOLERANCE = 60_000_000;

    @TempDir
    private Path home;

    private final FeatureSet set = Definitions.alone(Definitions.set(
            "thing",
            List.of("id"),
            null,
            List.of(
                    Definitions.required("id", FeatureType.INT64),
                    Definitions.required("must", FeatureType.STRING),
                    bounded("level", FeatureType.INT64, -5L, 5L),
                    bounded("share", FeatureType.FLOAT64, 0.0, 1.0)),
            List.of()));
    private HistoryDriver driver;

    @BeforeEach
    void open() {
        driver = new HistoryDriver(home, new HistorySettings(2, 1_000, TOLERANCE), new SettableClock(NOW));
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void aNullKeyIsRefused() {
        expectRefusal("{}", List.of("id", "level"), List.of(Cell.NULL, 1L), "'thing.id' is null in row 2");
    }

    @Test
    void aNullForATypeWithoutNoneIsRefused() {
        expectRefusal("{}", List.of("id", "must"), List.of(1L, Cell.NULL), "'thing.must' is null in row 2");
    }

    @Test
    void aSkippedNullIsNoValueAndIsTaken() {
        send("{'nulls': 'skip'}", List.of("id", "must", "level"), List.of(1L, Cell.NULL, 1L));
        assertThat(driver.scan(set).getFirst()).containsEntry("must", Cell.MISSING);
    }

    @Test
    void aNullInATombstoneIsTaken() {
        send("{'tombstone': 'gone'}", List.of("id", "must", "gone"), List.of(1L, Cell.NULL, true));
        assertThat(driver.scan(set)).hasSize(1);
    }

    @Test
    void aValueOutsideItsBoundsIsRefused() {
        expectRefusal("{}", List.of("id", "level"), List.of(1L, 6L), "'thing.level' is 6 in row 2");
        expectRefusal("{}", List.of("id", "level"), List.of(1L, -6L), "'thing.level' is -6 in row 2");
        expectRefusal("{}", List.of("id", "share"), List.of(1L, 1.5), "'thing.share' is 1.5 in row 2");
        expectRefusal("{}", List.of("id", "share"), List.of(1L, Double.NaN), "'thing.share' is NaN in row 2");
    }

    @Test
    void theEdgesOfTheBoundsAndNullAreTaken() {
        send("{}", List.of("id", "level", "share"), List.of(1L, -5L, 0.0));
        send("{}", List.of("id", "level", "share"), List.of(1L, 5L, 1.0));
        send("{}", List.of("id", "level", "share"), List.of(1L, Cell.NULL, Cell.NULL));
        assertThat(driver.scan(set)).hasSize(3);
    }

    @Test
    void aNullTimeIsRefused() {
        expectRefusal(
                "{'observed_at': 'when'}",
                List.of("id", "when"),
                List.of(1L, Cell.NULL),
                "'thing.when' is null in row 2");
        expectRefusal(
                "{'preserve_inserted_at': 'learnt'}",
                List.of("id", "learnt"),
                List.of(1L, Cell.NULL),
                "'thing.learnt' is null in row 2");
    }

    @Test
    void anObservationOfTheFutureIsRefusedUnlessItIsAllowed() {
        String options = "{'observed_at': 'when'}";
        List<String> columns = List.of("id", "when");
        send(options, columns, List.of(1L, NOW + TOLERANCE));
        expectRefusal(
                options,
                columns,
                List.of(1L, NOW + TOLERANCE + 1),
                "'thing.when' is 1970-01-12T13:47:40.000001Z in row 2");
        expectRefusal(
                "{'observed_at': '1970-01-13'}",
                List.of("id"),
                List.of(1L),
                "'thing.observed_at' is 1970-01-13T00:00:00Z in row 0");
        send("{'observed_at': 'when', 'allow_future': true}", columns, List.of(1L, Long.MAX_VALUE));
        assertThat(driver.scan(set)).hasSize(2);
    }

    @Test
    void anImportFromTheFutureIsRefusedEvenIfAFutureObservationIsAllowed() {
        List<String> columns = List.of("id", "learnt");
        send("{'preserve_inserted_at': 'learnt'}", columns, List.of(1L, NOW));
        expectRefusal(
                "{'preserve_inserted_at': 'learnt', 'allow_future': true}",
                columns,
                List.of(1L, NOW + 1),
                "'thing.learnt' is 1970-01-12T13:46:40.000001Z in row 2");
        assertThat(driver.scan(set).getFirst()).containsEntry("__inserted_at", NOW);
    }

    @Test
    void aBadRowAfterARunWasWrittenLeavesNothing() {
        HistoryFolder folder = new HistoryFolder(home);
        IngestPlan plan = IngestPlan.plan(set, Definitions.options("{}"), List.of("id", "level"));
        List<List<Object>> good = new ArrayList<>();
        for (long id = 0; id < 66_000; id++) {
            good.add(List.of(id, 1L));
        }
        try (Ingest ingest = driver.history().ingest(plan)) {
            for (int batch = 0; batch < 8; batch++) {
                ingest.append(driver.memory().batch(plan.columns(), good));
            }
            assertThat(folder.dataFiles("thing")).as("files of the first run").isNotEmpty();
            assertThat(folder.journal()).hasSize(1);
            assertThatThrownBy(() -> ingest.append(driver.memory().batch(plan.columns(), List.of(List.of(1L, 9L)))))
                    .hasMessageContaining("'thing.level' is 9 in row 528000");
            assertThatThrownBy(ingest::commit).isInstanceOf(IllegalStateException.class);
        }
        assertThat(folder.dataFiles("thing")).isEmpty();
        assertThat(folder.journal()).isEmpty();
        assertThat(driver.scan(set)).isEmpty();
    }

    /** Two good rows before the bad one: none of the three is kept, and the ingest cannot be committed any more. */
    private void expectRefusal(String options, List<String> columns, List<Object> bad, String message) {
        IngestPlan plan = IngestPlan.plan(set, Definitions.options(options), columns);
        List<Object> good = columns.stream().map(RefusedIngestTest::goodCell).toList();
        int before = driver.scan(set).size();
        try (Ingest ingest = driver.history().ingest(plan)) {
            Throwable failure = catchThrowable(
                    () -> ingest.append(driver.memory().batch(plan.columns(), List.of(good, good, bad))));
            assertThat(failure).isInstanceOfSatisfying(FeatureGridException.class, refusal -> {
                assertThat(refusal.first().code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
                assertThat(refusal.first().message()).contains(message).contains("expected");
            });
            assertThatThrownBy(ingest::commit).isInstanceOf(IllegalStateException.class);
        }
        assertThat(driver.scan(set)).hasSize(before);
        assertThat(new HistoryFolder(home).journal()).isEmpty();
    }

    private void send(String options, List<String> columns, List<Object> row) {
        driver.ingest(set, Definitions.options(options), columns, List.of(row));
    }

    private static Object goodCell(String column) {
        return switch (column) {
            case "must" -> "given";
            case "share" -> 0.5;
            default -> 1L;
        };
    }

    private static Feature bounded(String name, FeatureType type, Object min, Object max) {
        return Definitions.feature(name, new Values(type, true, null, min, max), Freshness.UNDECLARED);
    }
}
