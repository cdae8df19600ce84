package io.featuregrid.gridnode.store.ignite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.gridnode.store.Evolution;
import io.featuregrid.gridnode.store.Observation;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.Erasures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.ignite.binary.BinaryObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rows that are told as observations make, merged elsewhere, the rows that were there when the export began, byte for byte. */
class RowExportTest {
    private static final List<String> ID = List.of("id int64");
    private static final String[] FEATURES = {"a int64", "b string", "c list<float64>", "d timestamp"};
    private static final long KEYS = 300;
    private static TestGrid grid;
    private static IgniteOnlineStore store;

    @BeforeAll
    static void startGrid() {
        grid = TestGrid.inMemory(1);
        store = new IgniteOnlineStore(grid.node(0), IgniteStoreSettings.DEFAULTS, Erasures.NONE);
    }

    @AfterAll
    static void stopGrid() {
        grid.close();
    }

    @Test
    void rowsAreToldAsTheyWereWhileTheyChange() {
        FeatureSet set = prepared("told");
        FeatureSet copy = prepared("told_again");
        Random random = new Random(7);
        for (int round = 0; round < 20; round++) {
            write(set, random, 1 + round * 1_000L);
        }
        Map<Long, byte[]> before = stamps("told");
        Map<Long, String> values = values("told");

        try (RowExport export = store.export(
                List.of(set), (told, observations, versions) -> store.merge(copy, observations, versions))) {
            for (int round = 0; round < 5; round++) {
                write(set, random, 1_000_000 + round * 1_000L);
            }
            store.erase(set, Observation.keys(set, keys(0, 20)), new Stamp(0, Long.MAX_VALUE, 0));
            write(set, random, 2_000_000);
            export.run(() -> {});
            assertThat(export.told()).isGreaterThanOrEqualTo(before.size());
        }
        assertThat(values("told")).isNotEqualTo(values);
        assertThat(stamps("told_again")).usingRecursiveComparison().isEqualTo(before);
        assertThat(values("told_again")).isEqualTo(values);
    }

    @Test
    void aTargetThatFailsEndsTheExportAndNoWrite() {
        FeatureSet set = prepared("failing");
        write(set, new Random(3), 1);
        try (RowExport export = store.export(List.of(set), (told, observations, versions) -> {
            throw new IllegalStateException("no room");
        })) {
            write(set, new Random(4), 5_000);
            assertThatThrownBy(() -> export.run(() -> {})).hasMessage("no room");
        }
        write(set, new Random(5), 9_000);
        assertThat(stamps("failing")).isNotEmpty();
    }

    /** Values, nulls, versions, tombstones of some and of all, and observations that carry nothing, of random keys. */
    private static void write(FeatureSet set, Random random, long insertedAt) {
        for (int index = 0; index < 40; index++) {
            Observation one = Observation.of(
                            random.nextInt(1_000), insertedAt, index, (long) random.nextInt((int) KEYS))
                    .from(random.nextBoolean() ? Origin.QUERY : Origin.UPLOAD);
            one = random.nextBoolean() ? one.carrying("a", random.nextBoolean() ? null : random.nextLong()) : one;
            one = random.nextBoolean() ? one.carrying("b", "t" + random.nextInt()) : one;
            one = random.nextInt(3) == 0 ? one.carrying("c", List.of(1.5, -0.0)) : one;
            one = random.nextInt(3) == 0 ? one.carrying("d", random.nextLong() >> 20) : one;
            boolean tombstone = random.nextInt(5) == 0;
            ResolverVersions versions = random.nextBoolean() || tombstone
                    ? ResolverVersions.NONE
                    : ResolverVersions.of(Map.of(set.feature("a").orElseThrow().number(), 1 + random.nextInt(2)));
            store.merge(set, Observation.batch(set, List.of(tombstone ? one.asTombstone() : one)), versions);
        }
    }

    private static FeatureSet prepared(String name) {
        FeatureSet set = new Evolution(name).apply(ID, List.of(FEATURES));
        store.prepare(set);
        return set;
    }

    private static List<List<Object>> keys(long from, long to) {
        List<List<Object>> keys = new ArrayList<>();
        LongStream.range(from, to).forEach(key -> keys.add(List.of(key)));
        return keys;
    }

    private static Map<Long, byte[]> stamps(String set) {
        Map<Long, byte[]> stamps = new TreeMap<>();
        grid.node(0)
                .cache(set)
                .<Long, BinaryObject>withKeepBinary()
                .forEach(entry -> stamps.put(entry.getKey(), entry.getValue().field(RowDefinition.STAMPS)));
        return stamps;
    }

    private static Map<Long, String> values(String set) {
        Map<Long, String> values = new TreeMap<>();
        grid.node(0).cache(set).<Long, BinaryObject>withKeepBinary().forEach(entry -> {
            BinaryObject row = entry.getValue();
            double[] list = {};
            if (row.<Object>field("c") instanceof Double[] boxed) {
                list = java.util.Arrays.stream(boxed)
                        .mapToDouble(Double::doubleValue)
                        .toArray();
            }
            values.put(
                    entry.getKey(),
                    row.field("a") + "|" + row.field("b") + "|" + java.util.Arrays.toString(list) + "|"
                            + row.field("d"));
        });
        return values;
    }
}
