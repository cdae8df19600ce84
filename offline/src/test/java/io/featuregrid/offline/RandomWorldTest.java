package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.offline.world.AsOfOracle;
import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.offline.world.AsOfOracle.Question;
import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.RandomCatalog;
import io.featuregrid.offline.world.RandomIngest;
import io.featuregrid.offline.world.RandomRequest;
import io.featuregrid.offline.world.RandomValues;
import io.featuregrid.offline.world.Seeds;
import io.featuregrid.offline.world.SettableClock;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.offline.write.IngestCounts;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.time.AsOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Random worlds: whatever was ingested, joins and as-of reads answer what the rule says. */
class RandomWorldTest {
    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> aSmallWorldAnswersByTheRule() {
        return Seeds.tests(1, 12, seed -> live(seed, 4, 10));
    }

    @TestFactory
    Stream<DynamicTest> aWorldOfMoreCarrySetsThanHaveNumbersAnswersByTheRule() {
        return Seeds.tests(1, 2, seed -> live(seed, 10, 24));
    }

    private void live(long seed, int names, int ingests) {
        Path home = folder.resolve(names + "-" + seed);
        try (World world = new World(home, seed, names)) {
            for (int ingest = 0; ingest < ingests; ingest++) {
                world.ingest(ingest);
                if (world.random.percent(25)) {
                    world.definitions.change();
                }
                if (world.random.percent(8)) {
                    world.driver.restart();
                }
                if (ingest % 3 == 2) {
                    world.compare(4);
                }
            }
            world.compare(8);
        }
    }

    private static final class World implements AutoCloseable {
        private final long seed;
        private final RandomValues random;
        private final RandomCatalog definitions;
        private final HistoryDriver driver;
        private final AsOfOracle oracle = new AsOfOracle();
        private final Map<String, Long> imported = new HashMap<>();
        private final List<Long> insertedAt = new ArrayList<>(List.of(RandomValues.START));
        private long now = RandomValues.START + 20;

        World(Path home, long seed, int names) {
            this.seed = seed;
            this.random = new RandomValues(seed);
            this.definitions = new RandomCatalog(random, names);
            HistorySettings settings = new HistorySettings(random.between(1, 3), random.between(1, 9), 60_000_000);
            this.driver = new HistoryDriver(home, settings, new SettableClock(now));
        }

        void ingest(int number) {
            now += random.between(-3, 6);
            driver.clock().set(now);
            RandomIngest ingest = new RandomIngest(random, definitions, definitions.anySet(), now, seed + number);
            if (random.percent(10)) {
                abandon(ingest);
                return;
            }
            if (!ingest.set().global() && random.percent(10)) {
                refuse(ingest);
                return;
            }
            String id = "ingest-" + number;
            IngestCounts counts = send(ingest, id);
            assertThat(counts.rows()).isEqualTo(ingest.size());
            assertThat(counts.insertedAt()).isGreaterThan(insertedAt.getLast());
            insertedAt.add(counts.insertedAt());
            if (ingest.size() > 0 && random.percent(20)) {
                assertThat(send(ingest, id)).isEqualTo(counts);
            }
            String table = ingest.set().table();
            long before = imported.getOrDefault(table, 0L);
            ingest.observations(counts.insertedAt(), before).forEach(oracle::add);
            if (ingest.imported()) {
                imported.put(table, before + ingest.size());
            }
        }

        private IngestCounts send(RandomIngest ingest, String id) {
            return driver.ingestBatches(ingest.set(), ingest.options(id), ingest.columns(), ingest.batches());
        }

        private void abandon(RandomIngest ingest) {
            IngestPlan plan = IngestPlan.plan(ingest.set(), ingest.options(), ingest.columns());
            try (Ingest begun = driver.history().ingest(plan)) {
                ingest.batches().forEach(rows -> begun.append(driver.memory().batch(plan.columns(), rows)));
            }
        }

        private void refuse(RandomIngest ingest) {
            List<List<List<Object>>> batches = new ArrayList<>(ingest.batches());
            batches.add(List.of(
                    ingest.columns().stream().map(column -> (Object) Cell.NULL).toList()));
            assertThatThrownBy(() -> driver.ingestBatches(ingest.set(), ingest.options(), ingest.columns(), batches))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("VALIDATION_FAILED")
                    .hasMessageContaining("null in row " + ingest.size());
        }

        void compare(int requests) {
            for (int count = 0; count < requests; count++) {
                RandomRequest request = new RandomRequest(random, definitions, insertedAt);
                HistoryDriver.Joined joined = driver.join(request.plan(), request.spine(), random.between(1, 9));
                assertThat(joined).as(request.toString()).isEqualTo(request.expected(oracle));
            }
            for (FeatureSet set : definitions.catalog().sets()) {
                compareAsOf(set);
                compareScan(set);
            }
        }

        private void compareAsOf(FeatureSet set) {
            long time = random.time(-2, 35);
            boolean exclusive = random.percent(50);
            long delay = random.between(0, 3);
            long cutoff = random.percent(50) ? random.oneOf(insertedAt) : Long.MAX_VALUE;
            AsOf asOf = new AsOf(exclusive, delay, new AsOf.Cutoff.Fixed(cutoff));
            Question question = new Question(time, exclusive, delay, cutoff);
            List<Map<String, Object>> expected = new ArrayList<>();
            for (Entity entity : oracle.entities(set.table())) {
                if (oracle.exists(entity, question)) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (int column = 0; column < set.key().size(); column++) {
                        row.put(set.key().get(column), entity.key().get(column));
                    }
                    for (Feature feature : set.carried()) {
                        long ttl = feature.freshness().effectiveTtlMicros();
                        row.put(feature.name(), oracle.value(entity, feature.number(), ttl, question));
                    }
                    expected.add(row);
                }
            }
            assertThat(driver.asOf(set, time, asOf))
                    .as("%s as of %d by %s", set.name(), time, asOf)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }

        private void compareScan(FeatureSet set) {
            List<List<Object>> expected = new ArrayList<>();
            for (Observation observation : oracle.of(set.table())) {
                List<Object> row = new ArrayList<>(observation.entity().key());
                row.add(observation.observedAt());
                row.add(observation.insertedAt());
                row.add(observation.sequence());
                row.add(observation.kind() != AsOfOracle.Kind.VALUES);
                expected.add(row);
            }
            List<String> columns = new ArrayList<>(set.key());
            columns.addAll(List.of("__observed_at", "__inserted_at", "__sequence", "__tombstone"));
            List<List<Object>> scanned = driver.scan(set).stream()
                    .map(row -> columns.stream()
                            .map(column -> row.getOrDefault(column, Cell.MISSING))
                            .toList())
                    .toList();
            assertThat(scanned).as("history of %s", set.name()).containsExactlyInAnyOrderElementsOf(expected);
        }

        @Override
        public void close() {
            driver.close();
        }
    }
}
