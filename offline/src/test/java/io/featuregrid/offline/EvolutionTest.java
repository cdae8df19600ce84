package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.time.AsOf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changed definitions do to the history of before. */
class EvolutionTest {
    private static final Feature X = Definitions.nullable("x", FeatureType.INT64);
    private static final Feature Y = Definitions.nullable("y", FeatureType.INT64);
    private static final Feature X_AS_TEXT = Definitions.nullable("x", FeatureType.STRING);

    @TempDir
    private Path home;

    private HistoryDriver driver;
    private Catalog catalog = Catalog.EMPTY;

    @BeforeEach
    void open() {
        driver = new HistoryDriver(home);
        define(X);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void definitionsAloneTouchNoTable() {
        define(X, Y);
        assertThat(driver.scan(set())).isEmpty();
        assertThat(Files.exists(home.resolve("history/warehouse/history/thing")))
                .isFalse();
    }

    @Test
    void anAddedFeatureIsMissingInOlderObservations() {
        observe(List.of("x"), 1L);
        define(X, Y);
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", 1L, "y", Cell.MISSING));
        observe(List.of("y"), 2L);
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", 1L, "y", 2L));
    }

    @Test
    void aFeatureRemovedAndAddedAgainStartsEmptyInAColumnOfItsOwn() {
        observe(List.of("x"), 1L);
        define(Y);
        define(X, Y);
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", Cell.MISSING, "y", Cell.MISSING));
        observe(List.of("x"), 2L);
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", 2L, "y", Cell.MISSING));
        assertThat(columns()).contains("x", "x__4");
        assertThat(driver.scan(set()).stream().map(row -> List.of(value(row, "x"), value(row, "x__4"))))
                .containsExactlyInAnyOrder(List.of(1L, Cell.MISSING), List.of(Cell.MISSING, 2L));
    }

    @Test
    void aReplacedTypeStartsEmptyAndTheOldValuesStay() {
        observe(List.of("x"), 1L);
        define(X_AS_TEXT);
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", Cell.MISSING));
        observe(List.of("x"), "text");
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", "text"));
        define(X);
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", Cell.MISSING));
        observe(List.of("x"), 3L);
        driver.restart();
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", 3L));
        assertThat(columns()).contains("x", "x__3", "x__4");
    }

    @Test
    void aTombstoneOfAllEndsFeaturesThatAreAddedLater() {
        driver.ingest(
                set(),
                Definitions.options("{'tombstone': 'gone', 'observed_at': '1970-01-02'}"),
                List.of("id", "gone"),
                List.of(List.of(1L, true)));
        define(X, Y);
        driver.ingest(
                set(),
                Definitions.options("{'observed_at': '1970-01-01'}"),
                List.of("id", "y"),
                List.of(List.of(1L, 5L)));
        assertThat(now()).isEmpty();
    }

    @Test
    void aTombstoneOfAllTakesNoNumberOfACarrySet() {
        driver.ingest(
                set(), Definitions.options("{'tombstone': 'gone'}"), List.of("id", "gone"), List.of(List.of(1L, true)));
        observe(List.of("x"), 1L);
        assertThat(driver.scan(set()).stream().map(row -> value(row, "__carry")))
                .containsExactlyInAnyOrder(-1L, 0L);
    }

    @Test
    void aSetRemovedAndAddedAgainStartsEmptyBesideTheOldTable() {
        observe(List.of("x"), 1L);
        FeatureSet old = set();
        catalog = Definitions.apply(catalog, List.of());
        define(X);
        assertThat(set().table()).isEqualTo("thing__2");
        assertThat(now()).isEmpty();
        observe(List.of("x"), 2L);
        assertThat(now()).containsExactly(Map.of("id", 1L, "x", 2L));
        assertThat(driver.scan(old)).hasSize(1);
        assertThat(new HistoryFolder(home).dataFiles("thing__2")).hasSize(1);
    }

    private void define(Feature... features) {
        List<Feature> all = new ArrayList<>(List.of(Definitions.required("id", FeatureType.INT64)));
        all.addAll(Arrays.asList(features));
        catalog = Definitions.apply(catalog, List.of(Definitions.set("thing", List.of("id"), null, all, List.of())));
    }

    private FeatureSet set() {
        return catalog.set("thing").orElseThrow();
    }

    private void observe(List<String> features, Object cell) {
        List<String> columns = new ArrayList<>(List.of("id"));
        columns.addAll(features);
        driver.ingest(set(), Definitions.options("{}"), columns, List.of(List.of(1L, cell)));
    }

    private List<Map<String, Object>> now() {
        return driver.asOf(set(), Long.MAX_VALUE, AsOf.PLAIN);
    }

    private List<String> columns() {
        try (var scan = driver.history().scan(set())) {
            return scan.columns().stream().map(TypedColumn::name).toList();
        }
    }

    private static Object value(Map<String, Object> row, String column) {
        return row.getOrDefault(column, Cell.MISSING);
    }
}
