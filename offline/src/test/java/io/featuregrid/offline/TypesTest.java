package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.RandomTypes;
import io.featuregrid.offline.world.RandomValues;
import io.featuregrid.offline.world.Seeds;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.plan.TrainingSetPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Values of every type go into files, and come out of training sets and scans as they were put in. */
class TypesTest {
    @TempDir
    private Path home;

    @TestFactory
    Stream<DynamicTest> everyValueComesBack() {
        return Seeds.tests(1, 8, seed -> {
            RandomValues random = new RandomValues(seed);
            Catalog catalog = Definitions.apply(Catalog.EMPTY, List.of(everyType()));
            FeatureSet set = catalog.sets().getFirst();
            List<String> names = set.features().stream().map(Feature::name).toList();
            List<List<Object>> rows = new ArrayList<>();
            int count = random.percent(30) ? random.between(20_000, 45_000) : random.between(1, 200);
            for (long id = 0; id < count; id++) {
                List<Object> row = new ArrayList<>(List.of(id));
                set.carried()
                        .forEach(feature -> row.add(random.percent(20) ? Cell.NULL : random.value(feature.type())));
                rows.add(row);
            }
            try (HistoryDriver driver = new HistoryDriver(home.resolve("seed-" + seed))) {
                driver.ingest(set, Definitions.options("{}"), names, rows);
                driver.restart();
                Map<Object, List<Object>> scanned = new HashMap<>();
                for (Map<String, Object> row : driver.scan(set)) {
                    scanned.put(
                            row.get("id"), names.stream().<Object>map(row::get).toList());
                }
                assertThat(scanned).hasSize(rows.size());
                rows.forEach(row -> assertThat(scanned.get(row.getFirst())).isEqualTo(row));
                assertThat(joined(driver, catalog, names, rows)).isEqualTo(rows);
            }
        });
    }

    @Test
    void aScanKnowsTheTypesOfFeaturesAndOfRemovedOnes() {
        Catalog catalog = Definitions.apply(Catalog.EMPTY, List.of(everyType()));
        FeatureSet set = catalog.sets().getFirst();
        Feature vector = set.features().stream()
                .filter(feature -> feature.type().text().equals("vector<float32>(3)"))
                .findFirst()
                .orElseThrow();
        try (HistoryDriver driver = new HistoryDriver(home)) {
            driver.ingest(
                    set,
                    Definitions.options("{}"),
                    List.of("id", vector.name()),
                    List.of(List.of(1L, new RandomValues(1).value(vector.type()))));
            Feature key = set.features().getFirst();
            FeatureSet without = Definitions.apply(
                            catalog, List.of(Definitions.set("thing", List.of("id"), null, List.of(key), List.of())))
                    .sets()
                    .getFirst();
            for (FeatureSet definition : List.of(set, without)) {
                try (var scan = driver.history().scan(definition)) {
                    assertThat(scan.columns())
                            .filteredOn(column -> column.name().equals(vector.name()))
                            .singleElement()
                            .satisfies(column -> assertThat(column.valueType()).isEqualTo(vector.type()));
                }
            }
        }
    }

    private static List<List<Object>> joined(
            HistoryDriver driver, Catalog catalog, List<String> names, List<List<Object>> rows) {
        StringBuilder features = new StringBuilder();
        for (String name : names) {
            features.append(features.isEmpty() ? "" : ", ")
                    .append("'thing.")
                    .append(name)
                    .append('\'');
        }
        TrainingSetPlan plan = Definitions.plan(
                catalog,
                "{'type': 'training_set', 'time': 't', 'keys': {'thing.id': 'who'}, 'features': [" + features + "]}",
                "who",
                "t");
        List<Map<String, Object>> spine = new ArrayList<>();
        for (List<Object> row : rows) {
            spine.add(Map.of("who", row.getFirst(), "t", Long.MAX_VALUE));
        }
        return driver.join(plan, spine, 10_000).rows();
    }

    private static FeatureSet everyType() {
        List<Feature> features = new ArrayList<>(List.of(Definitions.required("id", FeatureType.INT64)));
        for (FeatureType type : RandomTypes.ALL) {
            features.add(Definitions.nullable("f" + features.size(), type));
        }
        return Definitions.set("thing", List.of("id"), null, features, List.of());
    }
}
