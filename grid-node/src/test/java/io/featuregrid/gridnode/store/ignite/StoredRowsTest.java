package io.featuregrid.gridnode.store.ignite;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.gridnode.store.Evolution;
import io.featuregrid.gridnode.store.FakeErasures;
import io.featuregrid.gridnode.store.Observation;
import io.featuregrid.gridnode.store.ObservationReader;
import io.featuregrid.gridnode.store.RowChange;
import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.gridnode.store.StoredValues;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.binary.BinaryTypeImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in the grid, as thin clients see it. */
class StoredRowsTest {
    private static final List<String> ID = List.of("id int64");
    private static final long HOUR = 3_600_000_000L;
    private static TestGrid grid;
    private static IgniteOnlineStore store;

    @BeforeAll
    static void startGrid() {
        grid = TestGrid.inMemory(1);
        store = store(IgniteStoreSettings.DEFAULTS);
    }

    @AfterAll
    static void stopGrid() {
        grid.close();
    }

    @Test
    void aRowHasAFieldForEachFeatureThatHasAValueOrANull() {
        FeatureSet set = prepared("seen", ID, "x int64", "y float64", "z string", "t timestamp", "d date", "b bool");
        merge(
                set,
                Observation.of(10, 1, 1, 7L)
                        .carrying("x", 1L)
                        .carrying("y", null)
                        .carrying("t", -1L)
                        .carrying("d", -1L)
                        .carrying("b", true));
        merge(set, Observation.of(20, 1, 2, 7L).carrying("b", null).asTombstone());
        BinaryObject row = rows("seen").get(7L);

        assertThat(row.type().typeName()).isEqualTo("seen.1");
        assertThat(row.hasField("y")).as("a null").isTrue();
        assertThat(row.<Object>field("y")).isNull();
        assertThat(row.hasField("z")).as("never carried").isFalse();
        assertThat(row.hasField("b")).as("a tombstone").isFalse();
        assertThat(row.<Long>field("x")).isEqualTo(1L);
        assertThat(row.<Integer>field("d")).isEqualTo(-1);
        assertThat(row.<Timestamp>field("t").toInstant()).isEqualTo(Instant.EPOCH.minusNanos(1_000));
        assertThat(row.type().fieldTypeName("y")).isEqualTo("double");
        assertThat(row.type().fieldTypeName("z")).isEqualTo("String");
        assertThat(row.type().fieldTypeName("t")).isEqualTo("Timestamp");
        assertThat(row.type().fieldTypeName("d")).isEqualTo("int");
        assertThat(row.type().fieldTypeName(RowDefinition.STAMPS)).isEqualTo("byte[]");
    }

    @Test
    void compositeKeysAreObjectsOfTheirOwnType() {
        FeatureSet set = prepared("pair", List.of("second string", "first int64"), "x int64");
        merge(set, Observation.of(10, 1, 1, "a", 1L).carrying("x", 2L));
        BinaryObjectBuilder key = grid.node(0).binary().builder("pair.key");
        key.setField("second", "a").setField("first", 1L);

        assertThat(rows("pair").get(key.build()).<Long>field("x")).isEqualTo(2L);
    }

    @Test
    void aGlobalSetsRowIsUnderZero() {
        FeatureSet set = prepared("everywhere", List.of(), "x int64");
        merge(set, Observation.of(10, 1, 1).carrying("x", 2L));

        assertThat(rows("everywhere").get(0L).<Long>field("x")).isEqualTo(2L);
    }

    @Test
    void aRowOfAnOlderEpochIsRewrittenWhenItIsWritten() {
        Evolution evolution = new Evolution("aging");
        FeatureSet set = prepared(evolution, ID, "x int64", "y int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", 2L));
        prepared(evolution, ID, "y int64");
        FeatureSet again = prepared(evolution, ID, "x string", "y int64");
        assertThat(rows("aging").get(7L).type().typeName()).isEqualTo("aging.1");

        merge(again, Observation.of(5, 2, 1, 7L).carrying("y", 9L));
        assertThat(rows("aging").get(7L).type().typeName())
                .as("nothing changed")
                .isEqualTo("aging.1");
        merge(again, Observation.of(20, 2, 2, 7L));
        BinaryObject row = rows("aging").get(7L);
        assertThat(row.type().typeName()).isEqualTo("aging.2");
        assertThat(row.hasField("x")).as("of another number").isFalse();
        assertThat(row.<Long>field("y")).isEqualTo(2L);
    }

    @Test
    @SuppressWarnings("unchecked")
    void cachesAreSafeAgainstTheLossOfANode() {
        prepared("configured", ID, "x int64");
        CacheConfiguration<?, ?> configuration =
                grid.node(0).cache("configured").getConfiguration(CacheConfiguration.class);

        assertThat(configuration.getBackups()).isEqualTo(1);
        assertThat(configuration.getAtomicityMode()).isEqualTo(CacheAtomicityMode.ATOMIC);
        assertThat(configuration.getWriteSynchronizationMode()).isEqualTo(CacheWriteSynchronizationMode.FULL_SYNC);
        assertThat(configuration.getAffinity().partitions()).isEqualTo(128);
        assertThat(configuration.getGroupName()).isEqualTo("featuregrid");
    }

    /** Features that come and go one by one: the grid must not have to agree on every combination. */
    @Test
    void theShapesOfRowsAreBounded() {
        IgniteStoreSettings few = new IgniteStoreSettings(1, 128, null, 20, 512);
        IgniteOnlineStore bounded = store(few);
        FeatureSet set = new Evolution("sparse")
                .apply(
                        ID,
                        IntStream.range(0, 8)
                                .mapToObj(index -> "f" + index + " int64")
                                .toList());
        bounded.prepare(set);
        for (int combination = 0; combination < 256; combination++) {
            bounded.merge(set, Observation.batch(set, List.of(sparse(combination))));
        }
        store(few).prepare(set);

        BinaryTypeImpl type = (BinaryTypeImpl) grid.node(0).binary().type("sparse.1");
        assertThat(type.metadata().schemaIds()).hasSizeBetween(10, 20);
        OnlineRead read = OnlineRead.ofAnyAge(set, set.carried(), 99, false);
        for (int combination = 0; combination < 256; combination++) {
            OnlineRows rows = bounded.read(read, Observation.keys(set, List.of(List.of((long) combination))));
            for (int index = 0; index < 8; index++) {
                assertThat(rows.values().column(index).isPresent(0)).isEqualTo((combination >> index & 1) != 0);
            }
        }
        assertThat(rows("sparse").get(1L).hasField("f1"))
                .as("a shape that was early")
                .isFalse();
        assertThat(rows("sparse").get(254L).hasField("f0"))
                .as("a shape too much")
                .isTrue();
    }

    @Test
    void aRowExpiresWhenItsLastValueDoes() {
        FeatureSet set = prepared("fading", ID, "x int64 1h", "y int64 2h");
        merge(set, Observation.of(0, 1, 1, 1L).carrying("x", 1L));
        merge(set, Observation.of(0, 1, 2, 2L).carrying("x", 1L).carrying("y", 1L));
        merge(set, Observation.of(0, 1, 3, 3L));
        merge(set, Observation.of(0, 1, 4, 4L).carrying("x", 1L).asTombstone());
        merge(set, Observation.of(0, 1, 5, 5L).asTombstone());
        FeatureSet lasting = prepared("lasting", ID, "x int64 1h", "y int64");
        merge(lasting, Observation.of(0, 1, 1, 1L).carrying("x", 1L));

        assertThat(sweep(HOUR)).isZero();
        assertThat(sweep(HOUR + 1)).isEqualTo(2);
        assertThat(keys("fading")).containsExactlyInAnyOrder(2L, 3L, 5L);
        assertThat(sweep(2 * HOUR)).isZero();
        assertThat(sweep(2 * HOUR + 1)).isEqualTo(3);
        assertThat(keys("fading")).isEmpty();
        assertThat(keys("lasting")).containsExactly(1L);
    }

    @Test
    void aRowThatIsWrittenBetweenTheFindingAndTheRemovalStays() {
        FeatureSet set = prepared("renewed", ID, "x int64 1h");
        merge(set, Observation.of(0, 1, 1, 1L).carrying("x", 1L));
        RowExpiryProcessor remover = new RowExpiryProcessor(RowLayout.of(set), HOUR + 1);
        merge(set, Observation.of(5, 1, 2, 1L).carrying("x", 2L));
        rows("renewed").invoke(1L, remover, RowLayout.of(set).encode());
        assertThat(keys("renewed")).containsExactly(1L);

        rows("renewed")
                .invoke(
                        1L,
                        new RowExpiryProcessor(RowLayout.of(set), HOUR + 6),
                        RowLayout.of(set).encode());
        assertThat(keys("renewed")).isEmpty();
    }

    @Test
    void whatAReplacedSetLeftIsSwept() {
        Evolution evolution = new Evolution("replaced");
        FeatureSet old = prepared(evolution, ID, "x int64");
        merge(old, Observation.of(10, 1, 1, 7L).carrying("x", 1L));
        FeatureSet now = prepared(evolution, List.of("id string"), "x int64");
        merge(now, Observation.of(10, 2, 1, "a").carrying("x", 2L));
        merge(old, Observation.of(10, 3, 1, 8L).carrying("x", 3L));

        assertThat(sweep(0)).isEqualTo(1);
        assertThat(keys("replaced")).containsExactly("a");
    }

    /** The writer looked at the list before the entity was put on it, and its change arrives after the erasure. */
    @Test
    void anErasureThatOvertakesAMergeIsSeenWhereTheRowIs() {
        FakeErasures erasures = new FakeErasures();
        IgniteOnlineStore skipping = new IgniteOnlineStore(grid.node(0), IgniteStoreSettings.DEFAULTS, erasures);
        FeatureSet set = new Evolution("overtaken").apply(ID, List.of("x int64"));
        skipping.prepare(set);
        Observation observation = Observation.of(10, 1, 1, 7L).carrying("x", 1L);
        RowChange change = new ObservationReader(
                        set,
                        Observation.batch(set, List.of(observation)),
                        ResolverVersions.NONE,
                        erasures.of(set),
                        new StoredValues(new BinaryStructs(grid.node(0).binary())))
                .change(0);
        RowMergeProcessor late = new RowMergeProcessor(RowLayout.of(set), Objects.requireNonNull(change));
        erasures.add(set, Observation.keys(set, List.of(List.of(7L))), new Stamp(0, 1, 1));
        rows("overtaken").invoke(7L, late, RowLayout.of(set).encode());

        assertThat(keys("overtaken")).isEmpty();
    }

    @Test
    void rowsOutliveTheirNodesAndAreReadUnderALaterDefinition(@TempDir Path folder) {
        Evolution evolution = new Evolution("kept");
        FeatureSet set = evolution.apply(ID, List.of("x int64", "y timestamp"));
        try (TestGrid first = TestGrid.persistent(1, folder)) {
            IgniteOnlineStore before =
                    new IgniteOnlineStore(first.node(0), IgniteStoreSettings.DEFAULTS, Erasures.NONE);
            before.prepare(set);
            List<Observation> many = new ArrayList<>();
            for (long key = 0; key < 1_000; key++) {
                many.add(Observation.of(10, 1, key, key).carrying("x", key).carrying("y", -key));
            }
            before.merge(set, Observation.batch(set, many));
        }
        FeatureSet later = evolution.apply(ID, List.of("y timestamp", "z bool"));
        try (TestGrid second = TestGrid.persistent(1, folder)) {
            IgniteOnlineStore after =
                    new IgniteOnlineStore(second.node(0), IgniteStoreSettings.DEFAULTS, Erasures.NONE);
            after.prepare(later);
            OnlineRows rows = after.read(
                    OnlineRead.ofAnyAge(later, later.carried(), 99, false),
                    Observation.keys(later, List.of(List.of(999L), List.of(1_000L))));
            assertThat(rows.exists()).containsExactly(true, false);
            assertThat(rows.values().column(0).longAt(0)).isEqualTo(-999L);
            assertThat(rows.values().column(1).isPresent(0)).isFalse();
        }
    }

    @Test
    void aWriteIsOnTheBackupWhenItIsAcknowledged() {
        try (TestGrid two = TestGrid.inMemory(2)) {
            IgniteOnlineStore writer = new IgniteOnlineStore(two.node(0), IgniteStoreSettings.DEFAULTS, Erasures.NONE);
            FeatureSet set = new Evolution("copied").apply(ID, List.of("x int64"));
            writer.prepare(set);
            for (long key = 0; key < 50; key++) {
                writer.merge(
                        set,
                        Observation.batch(
                                set, List.of(Observation.of(10, 1, key, key).carrying("x", key))));
                for (int node = 0; node < 2; node++) {
                    BinaryObject copy = two.node(node)
                            .cache("copied")
                            .<Long, BinaryObject>withKeepBinary()
                            .localPeek(key, CachePeekMode.PRIMARY, CachePeekMode.BACKUP);
                    assertThat(copy.<Long>field("x")).isEqualTo(key);
                }
            }
        }
    }

    private static Observation sparse(int combination) {
        Observation observation = Observation.of(10, 1, combination, (long) combination);
        for (int index = 0; index < 8; index++) {
            observation = (combination >> index & 1) == 0 ? observation : observation.carrying("f" + index, 1L);
        }
        return observation;
    }

    private static long sweep(long now) {
        Clock clock = () -> now;
        try (ExpirySweeper sweeper = new ExpirySweeper(store, clock)) {
            return sweeper.sweep();
        }
    }

    private static IgniteOnlineStore store(IgniteStoreSettings settings) {
        return new IgniteOnlineStore(grid.node(0), settings, Erasures.NONE);
    }

    private static FeatureSet prepared(String name, List<String> key, String... features) {
        return prepared(new Evolution(name), key, features);
    }

    private static FeatureSet prepared(Evolution evolution, List<String> key, String... features) {
        FeatureSet set = evolution.apply(key, List.of(features));
        store.prepare(set);
        return set;
    }

    private static void merge(FeatureSet set, Observation observation) {
        store.merge(set, Observation.batch(set, List.of(observation)));
    }

    private static IgniteCache<Object, BinaryObject> rows(String set) {
        return grid.node(0).cache(set).<Object, BinaryObject>withKeepBinary();
    }

    private static List<Object> keys(String set) {
        List<Object> keys = new ArrayList<>();
        rows(set).forEach(entry -> keys.add(entry.getKey()));
        return keys;
    }
}
