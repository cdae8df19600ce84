package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.SettableClock;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Relation;
import io.featuregrid.planner.definition.Values;
import io.featuregrid.planner.time.AsOf;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The as-of rule, one sentence of it a test. Times are small numbers of microseconds; the clock stands at 1000. */
class AsOfRuleTest {
    private static final long NOW = 1_000;

    @TempDir
    private Path home;

    private final Catalog catalog = Definitions.apply(
            Catalog.EMPTY,
            List.of(
                    Definitions.set(
                            "thing",
                            List.of("id"),
                            null,
                            List.of(
                                    Definitions.required("id", FeatureType.INT64),
                                    Definitions.nullable("x", FeatureType.INT64),
                                    Definitions.nullable("y", FeatureType.INT64),
                                    Definitions.feature(
                                            "brief",
                                            new Values(FeatureType.INT64, true, null, null, null),
                                            new Freshness(null, 10L)),
                                    Definitions.feature(
                                            "instant",
                                            new Values(FeatureType.INT64, true, null, null, null),
                                            new Freshness(5L, 0L)),
                                    Definitions.feature(
                                            "stale",
                                            new Values(FeatureType.INT64, true, null, null, null),
                                            new Freshness(5L, null))),
                            List.of(new Relation("owner", "owner", Map.of("name", "y")))),
                    Definitions.set(
                            "owner",
                            List.of("name"),
                            null,
                            List.of(
                                    Definitions.required("name", FeatureType.INT64),
                                    Definitions.nullable("age", FeatureType.INT64)),
                            List.of())));
    private HistoryDriver driver;

    @BeforeEach
    void open() {
        driver = new HistoryDriver(home, HistorySettings.DEFAULT, new SettableClock(NOW));
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void theNewestObservationUpToTIsTaken() {
        observe("x", 10, 1L);
        observe("x", 20, 2L);
        assertThat(x(9)).isEqualTo(Cell.MISSING);
        assertThat(x(10)).isEqualTo(1L);
        assertThat(x(19)).isEqualTo(1L);
        assertThat(x(20)).isEqualTo(2L);
        assertThat(x(Long.MAX_VALUE)).isEqualTo(2L);
    }

    @Test
    void withAnExclusiveEndTheInstantTItselfIsNotSeen() {
        observe("x", 10, 1L);
        assertThat(ask("thing.x", 10, "'end': 'exclusive'")).isEqualTo(Cell.MISSING);
        assertThat(ask("thing.x", 11, "'end': 'exclusive'")).isEqualTo(1L);
    }

    @Test
    void aDelayStandsInFrontOfT() {
        observe("x", 10, 1L);
        assertThat(ask("thing.x", 14, "'delay': '5us'")).isEqualTo(Cell.MISSING);
        assertThat(ask("thing.x", 15, "'delay': '5us'")).isEqualTo(1L);
        assertThat(ask("thing.x", 15, "'delay': '5us', 'end': 'exclusive'")).isEqualTo(Cell.MISSING);
    }

    @Test
    void aTtlCountsToItsLastInstantAndFromTAlsoWithADelay() {
        observe("brief", 10, 1L);
        assertThat(ask("thing.brief", 20, "")).isEqualTo(1L);
        assertThat(ask("thing.brief", 21, "")).isEqualTo(Cell.MISSING);
        assertThat(ask("thing.brief", 20, "'delay': '5us'")).isEqualTo(1L);
        assertThat(ask("thing.brief", 21, "'delay': '5us'")).isEqualTo(Cell.MISSING);
    }

    @Test
    void aTtlOfZeroIsThatInstantOnly() {
        observe("instant", 10, 1L);
        assertThat(ask("thing.instant", 10, "")).isEqualTo(1L);
        assertThat(ask("thing.instant", 11, "")).isEqualTo(Cell.MISSING);
    }

    @Test
    void withoutATtlTheMaxStalenessIsIt() {
        observe("stale", 10, 1L);
        assertThat(ask("thing.stale", 15, "")).isEqualTo(1L);
        assertThat(ask("thing.stale", 16, "")).isEqualTo(Cell.MISSING);
    }

    @Test
    void ofEqualTimesTheLastLearntWins() {
        observe("x", 10, 1L);
        observe("x", 10, 2L);
        assertThat(x(10)).isEqualTo(2L);
    }

    @Test
    void ofEqualStampsButTheRowTheLaterRowWins() {
        sendAll(
                "{'observed_at': 'when'}",
                List.of("id", "when", "x"),
                List.of(List.of(1L, 10L, 1L), List.of(1L, 10L, 2L)));
        assertThat(x(10)).isEqualTo(2L);
    }

    @Test
    void whatWasTrueLaterWinsAlthoughItWasLearntEarlier() {
        observe("x", 20, 2L);
        observe("x", 10, 1L);
        assertThat(x(25)).isEqualTo(2L);
    }

    @Test
    void theCutoffIsWhatWasKnownAndInclusiveAlways() {
        imported(10, 100, 1L);
        imported(20, 200, 2L);
        assertThat(cutoff(25, 99)).isEqualTo(Cell.MISSING);
        assertThat(cutoff(25, 100)).isEqualTo(1L);
        assertThat(cutoff(25, 199)).isEqualTo(1L);
        assertThat(cutoff(25, 200)).isEqualTo(2L);
        assertThat(ask("thing.x", 199, "'cutoff': 'spine'")).isEqualTo(1L);
        assertThat(ask("thing.x", 200, "'cutoff': 'spine'")).isEqualTo(2L);
        assertThat(ask("thing.x", 200, "'cutoff': 'spine', 'end': 'exclusive'")).isEqualTo(2L);
    }

    @Test
    void ofTwoImportsThatStateTheSameTimesTheLaterWinsAlsoAfterARestart() {
        imported(10, 100, 1L);
        imported(10, 100, 2L);
        assertThat(x(10)).isEqualTo(2L);
        driver.restart();
        imported(10, 100, 3L);
        assertThat(x(10)).isEqualTo(3L);
    }

    @Test
    void aCarriedNullHidesOlderValues() {
        observe("x", 10, 1L);
        observe("x", 20, Cell.NULL);
        assertThat(x(20)).isEqualTo(Cell.NULL);
    }

    @Test
    void featuresArePickedIndependently() {
        send("{'observed_at': 'when'}", List.of("id", "when", "x", "y"), List.of(1L, 10L, 1L, 1L));
        observe("x", 20, 2L);
        assertThat(x(20)).isEqualTo(2L);
        assertThat(ask("thing.y", 20, "")).isEqualTo(1L);
    }

    @Test
    void aSkippedNullDoesNotTouchItsFeature() {
        send("{'observed_at': 'when'}", List.of("id", "when", "x", "y"), List.of(1L, 10L, 1L, 1L));
        send(
                "{'observed_at': 'when', 'nulls': 'skip'}",
                List.of("id", "when", "x", "y"),
                List.of(1L, 20L, Cell.NULL, 2L));
        assertThat(x(20)).isEqualTo(1L);
        assertThat(ask("thing.y", 20, "")).isEqualTo(2L);
    }

    @Test
    void aTombstoneOfSomeEndsThoseAndLaterValuesBeginAnew() {
        send("{'observed_at': 'when'}", List.of("id", "when", "x", "y"), List.of(1L, 10L, 1L, 1L));
        send(
                "{'observed_at': 'when', 'tombstone': 'gone'}",
                List.of("id", "when", "x", "gone"),
                List.of(1L, 20L, 7L, true));
        observe("x", 30, 3L);
        assertThat(x(19)).isEqualTo(1L);
        assertThat(x(20)).isEqualTo(Cell.MISSING);
        assertThat(x(30)).isEqualTo(3L);
        assertThat(ask("thing.y", 20, "")).isEqualTo(1L);
    }

    @Test
    void aTombstoneOfAllEndsTheEntity() {
        observe("x", 10, 1L);
        observe("y", 10, 1L);
        send("{'observed_at': 'when', 'tombstone': 'gone'}", List.of("id", "when", "gone"), List.of(1L, 20L, true));
        assertThat(x(20)).isEqualTo(Cell.MISSING);
        assertThat(ask("thing.y", 20, "")).isEqualTo(Cell.MISSING);
        assertThat(everything(19)).hasSize(1);
        assertThat(everything(20)).isEmpty();
        observe("x", 30, 3L);
        assertThat(everything(30))
                .containsExactly(Map.of(
                        "id",
                        1L,
                        "x",
                        3L,
                        "y",
                        Cell.MISSING,
                        "brief",
                        Cell.MISSING,
                        "instant",
                        Cell.MISSING,
                        "stale",
                        Cell.MISSING));
    }

    @Test
    void aFalseOrNullFlagIsNoTombstone() {
        sendAll(
                "{'observed_at': 'when', 'tombstone': 'gone'}",
                List.of("id", "when", "x", "gone"),
                List.of(List.of(1L, 10L, 1L, false), List.of(1L, 20L, 2L, Cell.NULL)));
        assertThat(x(10)).isEqualTo(1L);
        assertThat(x(20)).isEqualTo(2L);
    }

    @Test
    void aLinkIsFollowedAsOfTheSameTime() {
        observe("y", 10, 7L);
        observe("y", 20, 8L);
        observe("y", 30, Cell.NULL);
        owner(7, 5, 70);
        owner(8, 25, 80);
        assertThat(ask("thing.owner.age", 9, "")).isEqualTo(Cell.MISSING);
        assertThat(ask("thing.owner.age", 10, "")).isEqualTo(70L);
        assertThat(ask("thing.owner.age", 20, "")).isEqualTo(Cell.MISSING);
        assertThat(ask("thing.owner.name", 20, "")).isEqualTo(Cell.MISSING);
        assertThat(ask("thing.owner.name", 25, "")).isEqualTo(8L);
        assertThat(ask("thing.owner.age", 30, "")).isEqualTo(Cell.MISSING);
    }

    @Test
    void aNullTimeOrKeyKeepsItsRowAllMissing() {
        observe("x", 10, 1L);
        List<Map<String, Object>> spine = List.of(
                Map.of("id", 1L, "t", Cell.NULL), Map.of("id", Cell.NULL, "t", 10L), Map.of("id", 1L, "t", 10L));
        HistoryDriver.Joined joined = driver.join(
                Definitions.plan(
                        catalog,
                        "{'time': 't', 'keys': {'thing.id': 'id'}, 'features': ['thing.x', 'thing.id']}",
                        "id",
                        "t"),
                spine,
                10);
        assertThat(joined.rows())
                .containsExactly(
                        List.of(Cell.MISSING, Cell.MISSING), List.of(Cell.MISSING, Cell.MISSING), List.of(1L, 1L));
        assertThat(joined.kept()).containsExactly(true, true, true);
    }

    @Test
    void onlyWhatIsRequiredDropsARowAndOnlyIfItIsMissing() {
        observe("x", 10, 1L);
        observe("x", 20, Cell.NULL);
        List<Map<String, Object>> spine =
                List.of(Map.of("id", 1L, "t", 5L), Map.of("id", 1L, "t", 10L), Map.of("id", 1L, "t", 20L));
        String request = "{'time': 't', 'keys': {'thing.id': 'id'}, 'features': ['thing.y'], 'required': ['thing.x']}";
        assertThat(driver.join(Definitions.plan(catalog, request, "id", "t"), spine, 10)
                        .kept())
                .containsExactly(false, true, true);
    }

    private Object x(long time) {
        return ask("thing.x", time, "");
    }

    private Object cutoff(long time, long micros) {
        return ask("thing.x", time, "'cutoff': '1970-01-01T00:00:00.%06dZ'".formatted(micros));
    }

    private Object ask(String path, long time, String options) {
        String request = "{'time': 't', 'keys': {'thing.id': 'id'}, 'features': ['%s']%s}"
                .formatted(path, options.isEmpty() ? "" : ", " + options);
        return driver.join(Definitions.plan(catalog, request, "id", "t"), List.of(Map.of("id", 1L, "t", time)), 10)
                .rows()
                .getFirst()
                .getFirst();
    }

    private List<Map<String, Object>> everything(long time) {
        return driver.asOf(catalog.set("thing").orElseThrow(), time, AsOf.PLAIN);
    }

    private void observe(String feature, long when, Object cell) {
        send("{'observed_at': 'when'}", List.of("id", "when", feature), List.of(1L, when, cell));
    }

    private void imported(long when, long learnt, Object cell) {
        send(
                "{'observed_at': 'when', 'preserve_inserted_at': 'learnt'}",
                List.of("id", "when", "learnt", "x"),
                List.of(1L, when, learnt, cell));
    }

    private void owner(long name, long when, long age) {
        FeatureSet owner = catalog.set("owner").orElseThrow();
        driver.ingest(
                owner,
                Definitions.options("{'observed_at': 'when'}"),
                List.of("name", "when", "age"),
                List.of(List.of(name, when, age)));
    }

    private void send(String options, List<String> columns, List<Object> row) {
        sendAll(options, columns, List.of(row));
    }

    private void sendAll(String options, List<String> columns, List<List<Object>> rows) {
        driver.ingest(catalog.set("thing").orElseThrow(), Definitions.options(options), columns, rows);
    }
}
