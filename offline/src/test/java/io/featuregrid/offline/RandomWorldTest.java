package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.offline.load.LoadResult;
import io.featuregrid.offline.world.AsOfOracle;
import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.offline.world.AsOfOracle.Question;
import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.ObservationBatches;
import io.featuregrid.offline.world.RandomCatalog;
import io.featuregrid.offline.world.RandomIngest;
import io.featuregrid.offline.world.RandomRequest;
import io.featuregrid.offline.world.RandomValues;
import io.featuregrid.offline.world.Seeds;
import io.featuregrid.offline.world.SettableClock;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.offline.write.IngestCounts;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.ObservationSink.ShardSegment;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.time.AsOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
                if (world.random.percent(35)) {
                    world.drain(ingest);
                } else {
                    world.ingest(ingest);
                }
                if (world.random.percent(10)) {
                    world.erase();
                }
                if (world.random.percent(25)) {
                    world.definitions.change();
                }
                if (world.random.percent(8)) {
                    world.driver.restart();
                    world.driver.history().finishIngests(world.definitions.catalog());
                }
                if (ingest % 3 == 2) {
                    world.compare(4);
                }
            }
            world.compare(8);
            world.compareLoads();
        }
    }

    private static final class World implements AutoCloseable {
        private final long seed;
        private final RandomValues random;
        private final RandomCatalog definitions;
        private final HistoryDriver driver;
        private final AsOfOracle oracle = new AsOfOracle();
        private final Map<String, Long> imported = new HashMap<>();
        private final Map<Observation, Origin> origins = new HashMap<>();
        private final Map<String, Long> segments = new HashMap<>();
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
            if (ingest.imported() && erased(ingest)) {
                assertThatThrownBy(() -> send(ingest, "erased"))
                        .isInstanceOf(FeatureGridException.class)
                        .hasMessageStartingWith("CONFLICT")
                        .hasMessageContaining("was erased");
                return;
            }
            String id = "ingest-" + number;
            IngestCounts counts = send(ingest, id);
            assertThat(counts.online()).isEqualTo(ingest.size());
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

        private boolean erased(RandomIngest ingest) {
            ErasureList erased = driver.erasures().of(ingest.set());
            return ingest.observations(0, 0).stream()
                    .anyMatch(
                            one -> erased.mark(key(ingest.set(), one.entity())).isPresent());
        }

        private static byte[] key(FeatureSet set, Entity entity) {
            return KeyBytes.of(
                    ObservationBatches.keys(set, List.of(entity.key())).columns(), 0);
        }

        /** Observations that came by the log: they are in the online store before they are in history. */
        void drain(int number) {
            now += random.between(-3, 6);
            driver.clock().set(now);
            RandomIngest ingest = new RandomIngest(random, definitions, definitions.anySet(), now, seed + number);
            if (ingest.imported()) {
                return;
            }
            FeatureSet set = ingest.set();
            long learnt = driver.stamps().next();
            insertedAt.add(learnt);
            List<Observation> observations = ingest.observations(learnt, 0);
            observations.forEach(oracle::add);
            observations.forEach(one -> origins.put(one, random.oneOf(List.of(Origin.values()))));
            int cut = observations.isEmpty() ? 0 : random.between(0, observations.size());
            List<FeatureBatch> batches = List.of(
                    batch(set, observations.subList(0, cut)),
                    batch(set, observations.subList(cut, observations.size())));
            batches.forEach(batch -> driver.store().merge(set, batch));
            int shard = random.between(0, 2);
            String place = set.table() + shard;
            long segment = segments.getOrDefault(place, 0L) + random.between(1, 2);
            assertThat(driver.history().sink().drained(set, shard)).isEqualTo(segments.getOrDefault(place, 0L));
            segments.put(place, segment);
            driver.history().sink().drain(set, List.of(new ShardSegment(shard, segment, batches)));
            if (random.percent(30)) {
                driver.history()
                        .sink()
                        .drain(set, List.of(new ShardSegment(shard, segment - random.between(0, 1), batches)));
            }
            assertThat(driver.history().sink().drained(set, shard)).isEqualTo(segment);
        }

        private FeatureBatch batch(FeatureSet set, List<Observation> observations) {
            return ObservationBatches.of(set, observations, one -> origins.getOrDefault(one, Origin.INGEST));
        }

        /** Erases an entity: what is known of it until now is skipped from now on, wherever it lies. */
        void erase() {
            FeatureSet set = definitions.anySet();
            List<Entity> entities = oracle.entities(set.table());
            if (entities.isEmpty()) {
                return;
            }
            Entity entity = random.oneOf(entities);
            Stamp mark = new Stamp(0, insertedAt.getLast(), Long.MAX_VALUE);
            driver.erasures().erase(set, key(set, entity), mark);
            driver.store().erase(set, ObservationBatches.keys(set, List.of(entity.key())), mark);
            oracle.erase(entity);
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
                compareOnline(set, Long.MAX_VALUE);
            }
        }

        /** The online store holds what it would hold had it been told every observation one by one, until a time. */
        private void compareOnline(FeatureSet set, long until) {
            List<List<Object>> keys =
                    oracle.entities(set.table()).stream().map(Entity::key).toList();
            HeapOnlineStore replayed = new HeapOnlineStore();
            replayed.prepare(set);
            replayed.merge(
                    set,
                    batch(
                            set,
                            oracle.of(set.table()).stream()
                                    .filter(one -> one.observedAt() <= until)
                                    .toList()));
            long later = RandomValues.START + 1_000;
            assertThat(ObservationBatches.describe(driver.store(), set, keys, later))
                    .as("online rows of %s until %d", set.name(), until)
                    .isEqualTo(ObservationBatches.describe(replayed, set, keys, later));
        }

        /** A store that lost everything gets it back by loads. */
        void compareLoads() {
            long clock = RandomValues.START + 100;
            driver.clock().set(clock);
            for (FeatureSet set : definitions.catalog().sets()) {
                for (long until : List.of(random.time(0, 30), clock)) {
                    driver.store().lose();
                    List<Integer> buckets = new ArrayList<>();
                    LoadResult result =
                            driver.history().load(set, OptionalLong.of(until), (rows, done, of) -> buckets.add(done));
                    compareOnline(set, until);
                    assertThat(buckets).isSorted().endsWith(16);
                    assertThat(result.asOf()).isEqualTo(until);
                    Question question = new Question(until, false, 0, Long.MAX_VALUE);
                    assertThat(result.rows())
                            .isEqualTo(oracle.entities(set.table()).stream()
                                    .filter(entity -> oracle.exists(entity, question))
                                    .count());
                }
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
                        long ttl = feature.ttlMicros();
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
