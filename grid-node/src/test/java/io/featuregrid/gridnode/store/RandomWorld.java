package io.featuregrid.gridnode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import io.featuregrid.planner.execute.AcceptedVersions;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.time.Durations;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A small world out of a seed: a set whose definition changes, observations of few entities in small ranges of time, erasures. Its store
 * gets each stage's observations shuffled, some of them twice, in batches from several threads; the heap's gets them one by one.
 */
final class RandomWorld {
    /** How many values {@link #edges} has at most. */
    static final int MOST_EDGES = 8;

    private static final int THREADS = 3;
    private static final int VERSIONS = 3;
    private static final List<FeatureType> TYPES = List.of(
            FeatureType.INT64,
            FeatureType.FLOAT64,
            FeatureType.STRING,
            FeatureType.BOOL,
            FeatureType.TIMESTAMP,
            FeatureType.DATE,
            FeatureType.BINARY,
            FeatureType.parse("enum<a|b>"),
            FeatureType.parse("decimal(20,3)"),
            FeatureType.parse("list<string>"),
            FeatureType.parse("list<timestamp>"),
            FeatureType.parse("struct<a: int64, b: list<date>>"),
            FeatureType.parse("list<struct<at: timestamp, raw: binary>>"),
            FeatureType.parse("vector<float32>(2)"),
            FeatureType.parse("vector<float64>(2)"));

    private final Random random;
    private final Evolution evolution = new Evolution(OnlineStoreContract.newName());
    private final HeapOnlineStore heap = new HeapOnlineStore();
    private final FakeErasures erasures = new FakeErasures();
    private final List<String> key;
    private final List<List<Object>> keys;
    private final Set<String> features = new LinkedHashSet<>();
    private long sequence;

    RandomWorld(long seed) {
        this.random = new Random(seed);
        this.key = oneOf(List.of(
                List.of("id int64"), List.of("id string"), List.of("id int64", "part string"), List.<String>of()));
        this.keys = keys();
    }

    /** Values of a type that are easily lost on the way. */
    static List<Object> edges(FeatureType type) {
        return switch (type) {
            case ScalarType scalar -> edges(scalar);
            case EnumType texts -> List.copyOf(texts.values());
            case DecimalType decimal ->
                List.of(
                        new BigDecimal(BigInteger.ZERO, decimal.scale()),
                        new BigDecimal(BigInteger.valueOf(-1), decimal.scale()),
                        new BigDecimal(
                                BigInteger.TEN.pow(decimal.precision()).subtract(BigInteger.ONE), decimal.scale()));
            case ListType list -> {
                List<@Nullable Object> full = new ArrayList<>(edges(list.element()));
                full.add(1, null);
                yield List.of(List.of(), full);
            }
            case StructType struct -> {
                Map<String, @Nullable Object> full = new LinkedHashMap<>();
                Map<String, @Nullable Object> empty = new LinkedHashMap<>();
                for (StructType.Field field : struct.fields()) {
                    full.put(field.name(), edges(field.type()).getLast());
                    empty.put(field.name(), null);
                }
                yield List.of(full, empty);
            }
            case VectorType vector ->
                vector.element() == VectorType.Element.FLOAT32
                        ? List.of(new float[] {-0.0f, Float.NaN}, new float[] {1.5f, Float.MIN_VALUE})
                        : List.of(new double[] {-0.0, Double.NaN}, new double[] {1.5, Double.MIN_VALUE});
        };
    }

    private static List<Object> edges(ScalarType type) {
        return switch (type) {
            case INT64 -> List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40);
            case FLOAT64 ->
                List.of(0.0, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE, 0.1);
            case STRING -> List.of("", "a", "\u00e4\u20ac\ud83d\ude00", "\u0000", "null", "long ".repeat(100));
            case BOOL -> List.of(true, false);
            case TIMESTAMP ->
                List.of(0L, -1L, -999_999L, -1_000_001L, 1L, Long.MIN_VALUE, Long.MAX_VALUE, 1_700_000_000_123_456L);
            case DATE -> List.of(0L, -1L, 19_000L, (long) Integer.MIN_VALUE, (long) Integer.MAX_VALUE);
            case BINARY -> List.of(new byte[0], new byte[] {0, -1, 127});
        };
    }

    /** Compares a store that skips erased observations with the heap's. */
    void compare(Function<Erasures, OnlineStore> open) {
        OnlineStore store = open.apply(erasures);
        FeatureSet before = define();
        store.prepare(before);
        heap.prepare(before);
        int stages = 1 + random.nextInt(4);
        for (int stage = 0; stage < stages; stage++) {
            FeatureSet set = random.nextInt(100) < 60 ? define() : before;
            store.prepare(set);
            heap.prepare(set);
            List<Observation> observations = observations(set);
            feed(store, set, observations);
            feed(store, before, observations(before));
            check(store, set, "after stage " + stage);
            if (random.nextInt(100) < 40) {
                erase(store, set);
                check(store, set, "after an erasure in stage " + stage);
            }
            before = set;
        }
    }

    /** The set with a feature more, less, or of another type. */
    private FeatureSet define() {
        if (features.isEmpty()) {
            int count = 1 + random.nextInt(8);
            for (int index = 0; index < count; index++) {
                features.add(newFeature());
            }
        } else if (random.nextBoolean()) {
            features.remove(oneOf(List.copyOf(features)));
            if (features.isEmpty() || random.nextBoolean()) {
                features.add(newFeature());
            }
        } else {
            features.add(newFeature());
        }
        return evolution.apply(key, List.copyOf(features));
    }

    private String newFeature() {
        String name = "f" + random.nextInt(10);
        features.removeIf(feature -> feature.startsWith(name + " "));
        return name + " " + oneOf(TYPES).text().replace(" ", "");
    }

    private List<List<Object>> keys() {
        List<List<Object>> all = new ArrayList<>();
        int count = key.isEmpty() ? 1 : 1 + random.nextInt(6);
        for (int index = 0; index < count; index++) {
            long number = index;
            all.add(key.stream()
                    .map(column -> column.endsWith("int64") ? (Object) number : "k" + number)
                    .toList());
        }
        return all;
    }

    private List<Observation> observations(FeatureSet set) {
        List<Observation> observations = new ArrayList<>();
        int count = random.nextInt(40);
        for (int index = 0; index < count; index++) {
            Observation observation = Observation.of(
                            random.nextInt(30),
                            random.nextInt(5),
                            sequence++,
                            oneOf(keys).toArray())
                    .from(oneOf(List.of(Origin.values())));
            int share = oneOf(List.of(0, 30, 100));
            for (Feature feature : set.carried()) {
                if (random.nextInt(100) < share) {
                    Object value = random.nextInt(100) < 15 ? null : oneOf(edges(feature.type()));
                    observation = observation.carrying(feature.name(), value);
                }
            }
            observations.add(random.nextInt(100) < 20 ? observation.asTombstone() : observation);
        }
        return observations;
    }

    private void feed(OnlineStore store, FeatureSet set, List<Observation> observations) {
        observations.stream()
                .filter(one -> !hidden(set, one))
                .forEach(one -> heap.merge(set, Observation.batch(set, List.of(one)), versions(set, version(one))));
        List<Observation> shuffled = new ArrayList<>(observations);
        observations.stream().filter(one -> random.nextInt(100) < 20).forEach(shuffled::add);
        Collections.shuffle(shuffled, random);
        List<List<Observation>> batches = new ArrayList<>();
        for (int from = 0; from < shuffled.size(); ) {
            int to = Math.min(shuffled.size(), from + 1 + random.nextInt(10));
            // A batch is of one version; and what is told again may have lost its own, as history loses it.
            batches.addAll(shuffled.subList(from, to).stream()
                    .collect(Collectors.groupingBy(RandomWorld::version))
                    .values());
            from = to;
        }
        List<Observation> fromHistory =
                observations.stream().filter(one -> random.nextInt(100) < 20).toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> merges = batches.stream()
                    .<Future<?>>map(batch -> threads.submit(() ->
                            store.merge(set, Observation.batch(set, batch), versions(set, version(batch.getFirst())))))
                    .toList();
            store.merge(set, Observation.batch(set, fromHistory));
            for (Future<?> merge : merges) {
                merge.get();
            }
        } catch (ExecutionException failure) {
            throw new AssertionError("a merge failed", failure.getCause());
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** By which version an observation was computed; 0 for none. */
    private static int version(Observation observation) {
        return observation.tombstone() ? 0 : (int) (observation.stamp().sequence() % VERSIONS);
    }

    /** The versions of the features of a set, not all the same; none of them for 0. */
    private static ResolverVersions versions(FeatureSet set, int version) {
        return ResolverVersions.of(set.carried().stream()
                .collect(Collectors.toMap(
                        Feature::number, feature -> version == 0 ? 0 : (version + feature.number()) % VERSIONS)));
    }

    private AcceptedVersions accepted(int features) {
        List<int @Nullable []> accepted = new ArrayList<>();
        for (int feature = 0; feature < features; feature++) {
            accepted.add(
                    switch (random.nextInt(4)) {
                        case 0 -> null;
                        case 1 -> new int[0];
                        case 2 -> new int[] {1};
                        default -> new int[] {2, 1};
                    });
        }
        return random.nextBoolean() ? AcceptedVersions.ANY : AcceptedVersions.of(accepted);
    }

    private boolean hidden(FeatureSet set, Observation observation) {
        ErasureList list = erasures.of(set);
        byte[] bytes =
                KeyBytes.of(Observation.keys(set, List.of(observation.key())).columns(), 0);
        return list.hides(
                bytes, observation.stamp().insertedAt(), observation.stamp().sequence());
    }

    private void erase(OnlineStore store, FeatureSet set) {
        List<List<Object>> erased =
                keys.stream().filter(one -> random.nextBoolean()).toList();
        FeatureBatch batch = Observation.keys(set, erased);
        Stamp mark = new Stamp(0, random.nextInt(6), random.nextLong(sequence + 1));
        erasures.add(set, batch, mark);
        heap.erase(set, batch, mark);
        store.erase(set, batch, mark);
    }

    private void check(OnlineStore store, FeatureSet set, String when) {
        for (int attempt = 0; attempt < 6; attempt++) {
            List<Feature> asked = new ArrayList<>(set.carried());
            Collections.shuffle(asked, random);
            asked = asked.subList(0, random.nextInt(asked.size() + 1));
            long[] ages = asked.stream()
                    .mapToLong(feature -> oneOf(List.of(0L, 5L, 10L, 20L, Durations.INFINITY)))
                    .toArray();
            OnlineRead read = new OnlineRead(
                    set, asked, ages, oneOf(List.of(10L, 29L, 40L)), random.nextBoolean(), accepted(asked.size()));
            List<List<Object>> wanted = new ArrayList<>(keys);
            Collections.shuffle(wanted, random);
            wanted = wanted.subList(0, 1 + random.nextInt(wanted.size()));
            FeatureBatch batch = Observation.keys(set, wanted);
            assertThat(Answers.text(store.read(read, batch)))
                    .as("%s, read %s of %s", when, read, wanted)
                    .isEqualTo(Answers.text(heap.read(read, batch)));
        }
    }

    private <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @Override
    public String toString() {
        return key + " " + features.stream().collect(Collectors.joining(", "));
    }
}
