package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.world.AsOfOracle;
import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Kind;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.offline.world.AsOfOracle.Question;
import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.RandomValues;
import io.featuregrid.offline.world.Seeds;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.time.AsOf;
import io.featuregrid.planner.time.Timestamps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Entities with so many observations that their runs go over the ends of chunks (16,384 rows) and row groups (120,000). */
class LongRunTest {
    private static final int FEATURES = 7;
    private static final int BATCH_ROWS = 20_000;
    private static final List<String> COLUMNS =
            List.of("id", "when", "learnt", "gone", "f1", "f2", "f3", "f4", "f5", "f6", "f7");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> aRunGoesOverRowGroups() {
        return Seeds.tests(1, 1, seed -> {
            try (World world = new World(folder.resolve("groups-" + seed), seed)) {
                world.ingest("keep", List.of(90_000, 45_000, 1_000));
                world.compare();
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> aRunOfTheSharedCarrySetGoesOverChunks() {
        return Seeds.tests(1, 1, seed -> {
            try (World world = new World(folder.resolve("shared-" + seed), seed)) {
                world.useUpCarrySets();
                world.ingest("skip", List.of(10_000, 45_000, 1_000));
                world.compare();
            }
        });
    }

    /** Three entities of one bucket. */
    private static final class World implements AutoCloseable {
        private final RandomValues random;
        private final HistoryDriver driver;
        private final AsOfOracle oracle = new AsOfOracle();
        private final Catalog catalog;
        private final FeatureSet set;
        private final List<Long> keys = keysOfOneBucket();
        private long imported;

        World(Path home, long seed) {
            this.random = new RandomValues(seed);
            this.driver = new HistoryDriver(home);
            List<Feature> features = new ArrayList<>(List.of(Definitions.required("id", FeatureType.INT64)));
            IntStream.rangeClosed(1, FEATURES)
                    .forEach(number -> features.add(
                            Definitions.nullable("f" + number, number == 1 ? FeatureType.STRING : FeatureType.INT64)));
            this.catalog = Definitions.apply(
                    Catalog.EMPTY, List.of(Definitions.set("thing", List.of("id"), null, features, List.of())));
            this.set = catalog.sets().getFirst();
        }

        /** One observation for each of the first 63 carry sets. */
        void useUpCarrySets() {
            List<List<Object>> rows = new ArrayList<>();
            for (int carried = 0; carried < 63; carried++) {
                rows.add(row(keys.getFirst(), carried));
            }
            send("skip", rows);
        }

        void ingest(String nulls, List<Integer> counts) {
            List<List<Object>> rows = new ArrayList<>();
            for (int entity = 0; entity < counts.size(); entity++) {
                for (int count = counts.get(entity); count > 0; count--) {
                    rows.add(row(keys.get(entity), random.between(64, 127)));
                }
            }
            java.util.Collections.shuffle(rows, new java.util.Random(random.between(0, 1_000_000)));
            send(nulls, rows);
        }

        private void send(String nulls, List<List<Object>> rows) {
            List<List<List<Object>>> batches = new ArrayList<>();
            for (int from = 0; from < rows.size(); from += BATCH_ROWS) {
                batches.add(rows.subList(from, Math.min(from + BATCH_ROWS, rows.size())));
            }
            String options =
                    "{'observed_at': 'when', 'preserve_inserted_at': 'learnt', 'tombstone': 'gone', 'nulls': '%s'}"
                            .formatted(nulls);
            driver.ingestBatches(set, Definitions.options(options), COLUMNS, batches);
            for (List<Object> row : rows) {
                oracle.add(observation(row, nulls.equals("skip")));
            }
        }

        private Observation observation(List<Object> row, boolean skip) {
            boolean gone = row.get(3).equals(true);
            Map<Integer, Object> carried = new HashMap<>();
            for (Feature feature : set.carried()) {
                Object cell = row.get(COLUMNS.indexOf(feature.name()));
                if (gone || !skip || cell != Cell.NULL) {
                    carried.put(feature.number(), cell);
                }
            }
            Entity entity = new Entity(set.table(), List.of(row.get(0)));
            Kind kind = gone ? Kind.TOMBSTONE_OF_SOME : Kind.VALUES;
            return new Observation(entity, (Long) row.get(1), (Long) row.get(2), imported++, kind, carried);
        }

        private List<Object> row(long key, int carried) {
            List<Object> row = new ArrayList<>(
                    List.of(key, random.time(0, 30_000), random.time(0, 1_000), carried > 63 && random.percent(1)));
            for (int number = 1; number <= FEATURES; number++) {
                boolean absent = (carried >> (number - 1) & 1) == 0;
                Object cell = (long) random.between(0, 1_000_000);
                row.add(absent ? Cell.NULL : number == 1 ? cell.toString() : cell);
            }
            return row;
        }

        void compare() {
            compareJoin("");
            compareJoin(", 'end': 'exclusive'");
            compareJoin(", 'cutoff': '" + Timestamps.format(RandomValues.START + 3) + "'");
            compareAsOf(random.time(-1, 30_001));
        }

        private void compareJoin(String options) {
            List<Map<String, Object>> spine = new ArrayList<>();
            for (int count = 0; count < 40; count++) {
                long key = random.oneOf(keys);
                spine.add(Map.of("id", random.percent(10) ? key + 1 : key, "t", random.time(-1, 30_001)));
            }
            String request =
                    "{'time': 't', 'keys': {'thing.id': 'id'}, 'features': ['thing.f1', 'thing.f7']" + options + "}";
            List<List<Object>> expected = new ArrayList<>();
            for (Map<String, Object> row : spine) {
                long knownUntil = options.contains("cutoff") ? RandomValues.START + 3 : Long.MAX_VALUE;
                Question question = new Question((Long) cell(row, "t"), options.contains("exclusive"), 0, knownUntil);
                expected.add(values(cell(row, "id"), List.of("f1", "f7"), question));
            }
            assertThat(driver.join(Definitions.plan(catalog, request, "id", "t"), spine, 100)
                            .rows())
                    .as(request)
                    .isEqualTo(expected);
        }

        private void compareAsOf(long time) {
            List<List<Object>> expected = new ArrayList<>();
            for (Long key : keys) {
                Question question = new Question(time, false, 0, Long.MAX_VALUE);
                if (oracle.exists(new Entity(set.table(), List.of(key)), question)) {
                    List<Object> row = new ArrayList<>(List.of(key));
                    row.addAll(values(
                            key, set.carried().stream().map(Feature::name).toList(), question));
                    expected.add(row);
                }
            }
            assertThat(driver.asOf(set, time, AsOf.PLAIN).stream()
                            .map(row -> List.copyOf(row.values()))
                            .toList())
                    .isEqualTo(expected);
        }

        private List<Object> values(Object key, List<String> features, Question question) {
            Entity entity = new Entity(set.table(), List.of(key));
            return features.stream()
                    .map(name -> set.feature(name).orElseThrow().number())
                    .map(number -> oracle.value(entity, number, AsOfOracle.NO_TTL, question))
                    .toList();
        }

        private static Object cell(Map<String, Object> row, String column) {
            return row.getOrDefault(column, Cell.NULL);
        }

        private static List<Long> keysOfOneBucket() {
            EntityKeys candidates = new EntityKeys(List.of(ColumnType.INT64), 1_000);
            List<Long> keys = new ArrayList<>();
            for (int row = 0; keys.size() < 3; row++) {
                candidates.setLong(row, 0, row * 2L);
                if (candidates.bucket(row) == candidates.bucket(0)) {
                    keys.add(row * 2L);
                }
            }
            return keys;
        }

        @Override
        public void close() {
            driver.close();
        }
    }
}
