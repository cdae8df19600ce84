package io.featuregrid.gridnode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.time.Durations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What an {@link OnlineStore} has to do, whichever grid it is on: one rule a test, and random worlds against the plainest store. */
public abstract class OnlineStoreContract extends StoredVersionsContract {
    private static final List<String> ID = List.of("id int64");
    private static final long LATE = 1_000;

    private final FakeErasures erasures = new FakeErasures();
    private final Evolution evolution = new Evolution(newName());
    private OnlineStore store = new HeapOnlineStore();

    /** How many random worlds are tried. */
    protected int worlds() {
        return 12;
    }

    static String newName() {
        return "set_" + UUID.randomUUID().toString().replace('-', '_').replaceAll("_(?=_)", "");
    }

    @BeforeEach
    void openStore() {
        store = open(erasures);
    }

    @Test
    void eachFeatureKeepsItsNewestValue() {
        FeatureSet set = prepared(ID, "x int64", "y string");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", "old"));
        merge(set, Observation.of(20, 2, 1, 7L).carrying("x", 2L));
        merge(set, Observation.of(15, 3, 1, 7L).carrying("x", 3L).carrying("y", "new"));

        assertThat(read(set, LATE, 7L)).containsExactly("exists x=2 y=\"new\"");
    }

    @Test
    void theOrderOfArrivalChangesNothing() {
        List<Observation> observations = List.of(
                Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", "a"),
                Observation.of(20, 1, 2, 7L).carrying("x", null),
                Observation.of(15, 1, 3, 7L).carrying("y", "ignored").asTombstone(),
                Observation.of(12, 1, 4, 7L).asTombstone(),
                Observation.of(14, 1, 5, 7L).carrying("y", "hidden"));
        List<List<Observation>> orders = permutations(observations);
        FeatureSet set = prepared(ID, "x int64", "y string");
        for (int order = 0; order < orders.size(); order++) {
            long key = order;
            orders.get(order)
                    .forEach(one -> merge(
                            set,
                            new Observation(one.stamp(), one.origin(), one.tombstone(), List.of(key), one.carried())));
            assertThat(read(set, LATE, key))
                    .as("order %s", orders.get(order))
                    .containsExactly("exists x=null y=MISSING");
        }
    }

    @Test
    void tiesOfObservedAtGoToTheLaterInsertedAtThenToTheHigherSequence() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(10, 2, 1, 7L).carrying("x", 1L).carrying("y", 1L));
        merge(set, Observation.of(10, 1, 9, 7L).carrying("x", 2L));
        merge(set, Observation.of(10, 2, 2, 7L).carrying("y", 2L));

        assertThat(read(set, LATE, 7L)).containsExactly("exists x=1 y=2");
    }

    @Test
    void aRepetitionChangesNothing() {
        FeatureSet set = prepared(ID, "x int64");
        Observation old = Observation.of(10, 1, 1, 7L).carrying("x", 1L);
        merge(set, old, Observation.of(20, 2, 1, 7L).carrying("x", 2L));
        merge(set, old);
        merge(set, old, old);

        assertThat(read(set, LATE, 7L)).containsExactly("exists x=2");
    }

    @Test
    void aCarriedNullHidesAndWhatIsNotCarriedIsUntouched() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", 2L));
        merge(set, Observation.of(20, 2, 1, 7L).carrying("x", null));

        assertThat(read(set, LATE, 7L)).containsExactly("exists x=null y=2");
    }

    @Test
    void aTombstoneOfSomeFeaturesHidesThemUntilANewerValueComes() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", 2L));
        merge(set, Observation.of(20, 2, 1, 7L).carrying("x", 99L).asTombstone());
        merge(set, Observation.of(15, 3, 1, 7L).carrying("x", 3L));
        assertThat(read(set, LATE, 7L)).containsExactly("exists x=MISSING y=2");

        merge(set, Observation.of(25, 4, 1, 7L).carrying("x", 4L));
        assertThat(read(set, LATE, 7L)).containsExactly("exists x=4 y=2");
    }

    @Test
    void aTombstoneOfAllHidesEveryFeatureAlsoThoseAddedLater() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", 2L));
        merge(set, Observation.of(20, 2, 1, 7L).asTombstone());
        FeatureSet wider = prepared(ID, "x int64", "y int64", "z int64");
        merge(wider, Observation.of(15, 3, 1, 7L).carrying("z", 3L));
        assertThat(read(wider, LATE, 7L)).containsExactly("absent x=MISSING y=MISSING z=MISSING");

        merge(wider, Observation.of(30, 4, 1, 7L).carrying("z", 4L));
        assertThat(read(wider, LATE, 7L)).containsExactly("exists x=MISSING y=MISSING z=4");
    }

    @Test
    void anObservationThatCarriesNothingMakesARowAndATombstoneOfFeaturesDoesNot() {
        FeatureSet set = prepared(ID, "x int64");
        merge(set, Observation.of(10, 1, 1, 7L));
        merge(set, Observation.of(10, 1, 2, 8L).carrying("x", 1L).asTombstone());
        merge(set, Observation.of(10, 1, 3, 9L).asTombstone());

        assertThat(read(set, LATE, 7L, 8L, 9L, 10L))
                .containsExactly("exists x=MISSING", "absent x=MISSING", "absent x=MISSING", "absent x=MISSING");
    }

    @Test
    void aRowStaysWhenEveryFeatureOfItIsHidden() {
        FeatureSet set = prepared(ID, "x int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L));
        merge(set, Observation.of(20, 1, 2, 7L).carrying("x", 1L).asTombstone());

        assertThat(read(set, LATE, 7L)).containsExactly("exists x=MISSING");
        assertThat(read(set, 9, 7L)).containsExactly("absent x=MISSING");
    }

    @Test
    void whatWasObservedAfterNowIsMissing() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L));
        merge(set, Observation.of(20, 2, 1, 7L).carrying("y", 2L));

        assertThat(read(set, 20, 7L)).containsExactly("exists x=1 y=2");
        // Only the newest observation is known: what the row was before it cannot be said.
        assertThat(read(set, 19, 7L)).containsExactly("absent x=1 y=MISSING");
        assertThat(read(set, 9, 7L)).containsExactly("absent x=MISSING y=MISSING");
    }

    @Test
    void whatIsTooOldIsMissingAndTheEdgeIsInside() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", 2L));
        List<Feature> features = set.carried();
        long[] ages = {5, Durations.INFINITY};

        assertThat(read(new OnlineRead(set, features, ages, 15, false), 7L)).containsExactly("exists x=1 y=2");
        assertThat(read(new OnlineRead(set, features, ages, 16, false), 7L)).containsExactly("exists x=MISSING y=2");
        assertThat(read(new OnlineRead(set, features, new long[] {0, 0}, 10, false), 7L))
                .containsExactly("exists x=1 y=2");
    }

    @Test
    void stampsAreToldAlsoOfWhatDoesNotQualify() {
        FeatureSet set = prepared(ID, "x int64", "y int64", "z int64");
        merge(set, Observation.of(10, 1, 3, 7L).from(Origin.STREAM).carrying("x", 1L));
        merge(
                set,
                Observation.of(20, 2, 4, 7L)
                        .from(Origin.INGEST)
                        .carrying("y", 2L)
                        .asTombstone());
        OnlineRead read = new OnlineRead(set, set.carried(), new long[] {1, 1, 1}, 30, true);

        assertThat(read(read, 7L, 8L))
                .containsExactly(
                        "exists x=MISSING@10/1/3/stream y=MISSING@20/2/4/ingest/tombstone z=MISSING",
                        "absent x=MISSING y=MISSING z=MISSING");
    }

    @Test
    void featuresAreAnsweredInTheOrderThatTheyWereAskedIn() {
        FeatureSet set = prepared(ID, "x int64", "y int64", "z int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("z", 3L).carrying("x", 1L));
        List<Feature> asked =
                List.of(set.feature("z").orElseThrow(), set.feature("x").orElseThrow());

        assertThat(read(OnlineRead.ofAnyAge(set, asked, LATE, false), 7L)).containsExactly("exists z=3 x=1");
        assertThat(read(OnlineRead.ofAnyAge(set, List.of(), LATE, true), 7L)).containsExactly("exists");
    }

    @Test
    void rowsAreAnsweredInTheOrderOfTheKeysRepeatedOnesToo() {
        FeatureSet set = prepared(ID, "x int64");
        List<Observation> observations = new ArrayList<>();
        for (long key = 0; key < 100; key++) {
            observations.add(Observation.of(10, 1, key, key).carrying("x", key));
        }
        Collections.reverse(observations);
        merge(set, observations.toArray(new Observation[0]));

        assertThat(read(set, LATE, 99L, -1L, 3L, 99L, 0L))
                .containsExactly("exists x=99", "absent x=MISSING", "exists x=3", "exists x=99", "exists x=0");
        assertThat(read(set, LATE)).isEmpty();
    }

    @Test
    void keysOfSeveralColumnsAreTakenColumnByColumn() {
        FeatureSet set = prepared(List.of("first string", "second string", "third int64"), "x int64");
        merge(
                set,
                Observation.of(10, 1, 1, "1", "11", 1L).carrying("x", 1L),
                Observation.of(10, 1, 2, "11", "1", 1L).carrying("x", 2L),
                Observation.of(10, 1, 3, "", "\u20ac", Long.MIN_VALUE).carrying("x", 3L));
        List<List<Object>> keys = List.of(
                List.of("11", "1", 1L),
                List.of("1", "11", 1L),
                List.of("", "\u20ac", Long.MIN_VALUE),
                List.of("1", "11", 2L));

        assertThat(Answers.text(
                        store.read(OnlineRead.ofAnyAge(set, set.carried(), LATE, false), Observation.keys(set, keys))))
                .containsExactly("exists x=2", "exists x=1", "exists x=3", "absent x=MISSING");
    }

    @Test
    void keysOfTextMayBeAnyText() {
        FeatureSet set = prepared(List.of("id string"), "x int64");
        String[] keys = {"", " ", "a", "A", "\u0000", "\ud83d\ude00", "x".repeat(2_000)};
        for (int index = 0; index < keys.length; index++) {
            merge(set, Observation.of(10, 1, index, keys[index]).carrying("x", (long) index));
        }

        for (int index = 0; index < keys.length; index++) {
            assertThat(read(set, LATE, keys[index])).containsExactly("exists x=" + index);
        }
    }

    @Test
    void aGlobalSetHasOneRowThatIsReadAsOftenAsAsked() {
        FeatureSet set = prepared(List.of(), "x int64");
        merge(
                set,
                Observation.of(10, 1, 1).carrying("x", 1L),
                Observation.of(20, 1, 2).carrying("x", 2L));

        assertThat(Answers.text(store.read(
                        OnlineRead.ofAnyAge(set, set.carried(), LATE, false),
                        Observation.keys(set, List.of(List.of(), List.of())))))
                .containsExactly("exists x=2", "exists x=2");
    }

    @Test
    void everyValueComesBackBitForBit() {
        FeatureSet set = prepared(ID, "i int64", "f float64", "s string", "b bool", "t timestamp", "d date");
        long key = 0;
        for (int index = 0; index < RandomWorld.MOST_EDGES; index++) {
            Observation observation = Observation.of(10, 1, index, key + index);
            StringBuilder line = new StringBuilder("exists");
            for (Feature feature : set.carried()) {
                List<Object> edges = RandomWorld.edges(feature.type());
                Object value = edges.get(index % edges.size());
                observation = observation.carrying(feature.name(), value);
                line.append(' ').append(feature.name()).append('=').append(written(value));
            }
            merge(set, observation);
            assertThat(read(set, LATE, key + index)).containsExactly(line.toString());
        }
    }

    @Test
    void erasingRemovesWhatStampsAtOrBelowTheMarkBrought() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(50, 1, 1, 7L).carrying("x", 1L).carrying("y", 2L));
        merge(set, Observation.of(60, 1, 2, 7L).carrying("y", 3L));
        erase(set, new Stamp(0, 1, 1), 7L, 8L);
        assertThat(read(set, LATE, 7L, 8L)).containsExactly("exists x=MISSING y=3", "absent x=MISSING y=MISSING");

        erase(set, new Stamp(0, 1, 2), 7L);
        assertThat(read(set, LATE, 7L)).containsExactly("absent x=MISSING y=MISSING");
    }

    @Test
    void erasingKeepsWhatCameLaterWhateverItsObservedAt() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(50, 1, 1, 7L).carrying("x", 1L));
        merge(set, Observation.of(10, 1, 2, 7L).carrying("y", 3L));
        erase(set, new Stamp(0, 1, 1), 7L);
        assertThat(read(set, LATE, 7L)).containsExactly("exists x=MISSING y=3");

        merge(set, Observation.of(1, 2, 1, 7L).carrying("x", 5L));
        assertThat(read(set, LATE, 7L)).containsExactly("exists x=5 y=3");
        erase(set, new Stamp(0, 9, 9), 7L);
        assertThat(read(set, LATE, 7L)).containsExactly("absent x=MISSING y=MISSING");
    }

    @Test
    void erasingRemovesTombstonesToo() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(50, 1, 1, 7L).asTombstone());
        merge(set, Observation.of(60, 1, 2, 7L).carrying("y", 0L).asTombstone());
        erase(set, new Stamp(0, 1, 2), 7L);
        merge(set, Observation.of(10, 2, 1, 7L).carrying("x", 1L).carrying("y", 2L));

        assertThat(read(set, LATE, 7L)).containsExactly("exists x=1 y=2");
    }

    @Test
    void observationsOfErasedEntitiesAreSkippedFromThenOn() {
        FeatureSet set = prepared(ID, "x int64");
        erasures.add(set, Observation.keys(set, List.of(List.of(7L))), new Stamp(0, 5, 5));
        merge(
                set,
                Observation.of(50, 5, 5, 7L).carrying("x", 1L),
                Observation.of(40, 5, 6, 7L).carrying("x", 2L),
                Observation.of(50, 5, 5, 8L).carrying("x", 3L));

        assertThat(read(set, LATE, 7L, 8L)).containsExactly("exists x=2", "exists x=3");
    }

    @Test
    void aFeatureThatIsAddedIsMissingInOldRows() {
        FeatureSet set = prepared(ID, "x int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L));
        FeatureSet wider = prepared(ID, "y string", "x int64");
        assertThat(read(wider, LATE, 7L)).containsExactly("exists y=MISSING x=1");

        merge(wider, Observation.of(20, 1, 2, 7L).carrying("y", "new"));
        assertThat(read(wider, LATE, 7L)).containsExactly("exists y=\"new\" x=1");
    }

    @Test
    void aNameThatIsRemovedAndAddedAgainStartsEmptyAndMayHaveAnotherType() {
        FeatureSet set = prepared(ID, "x int64", "y int64");
        merge(set, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", 2L));
        prepared(ID, "y int64");
        FeatureSet again = prepared(ID, "x string", "y int64");
        assertThat(read(again, LATE, 7L)).containsExactly("exists x=MISSING y=2");

        merge(again, Observation.of(5, 2, 1, 7L).carrying("x", "new"));
        assertThat(read(again, LATE, 7L)).containsExactly("exists x=\"new\" y=2");
        FeatureSet third = prepared(ID, "x bool", "y int64");
        merge(third, Observation.of(6, 2, 2, 7L).carrying("y", 1L));
        assertThat(read(third, LATE, 7L)).containsExactly("exists x=MISSING y=2");
    }

    @Test
    void aRequestThatBeganUnderAnOlderCatalogGoesOn() {
        FeatureSet old = prepared(ID, "x int64", "y int64");
        merge(old, Observation.of(10, 1, 1, 7L).carrying("x", 1L).carrying("y", 1L));
        prepared(ID, "y int64", "z int64");
        FeatureSet now = prepared(ID, "x string", "y int64", "z int64");
        merge(now, Observation.of(20, 2, 1, 7L).carrying("x", "new").carrying("z", 2L));
        merge(old, Observation.of(30, 3, 1, 7L).carrying("x", 3L).carrying("y", 3L));

        assertThat(read(now, LATE, 7L)).containsExactly("exists x=\"new\" y=3 z=2");
        assertThat(read(OnlineRead.ofAnyAge(old, List.of(old.feature("y").orElseThrow()), LATE, false), 7L))
                .containsExactly("exists y=3");
    }

    @Test
    void aSetThatTakesAnothersPlaceStartsEmpty() {
        FeatureSet old = prepared(List.of("id int64", "part string"), "x int64");
        merge(old, Observation.of(10, 1, 1, 7L, "a").carrying("x", 1L));
        FeatureSet now = prepared(List.of("id string", "part string"), "x int64");
        merge(now, Observation.of(5, 2, 1, "7", "a").carrying("x", 2L));
        FeatureSet third = prepared(List.of("id int64"), "x int64");
        merge(third, Observation.of(5, 3, 1, 8L).carrying("x", 3L));
        FeatureSet fourth = prepared(List.of("id int64", "part string"), "x int64");

        assertThat(read(third, LATE, 7L, 8L)).containsExactly("absent x=MISSING", "exists x=3");
        assertThat(Answers.text(store.read(
                        OnlineRead.ofAnyAge(fourth, fourth.carried(), LATE, false),
                        Observation.keys(fourth, List.of(List.of(7L, "a"))))))
                .containsExactly("absent x=MISSING");
    }

    @Test
    void aSetIsPreparedBeforeItIsUsed() {
        FeatureSet set = evolution.apply(ID, List.of("x int64"));
        assertThatIllegalStateException()
                .isThrownBy(() -> read(set, LATE, 7L))
                .withMessageContaining("before it was prepared");
    }

    /** Observations in any order, several times, in several threads, while definitions change: the same as one by one on the heap. */
    @TestFactory
    Stream<DynamicTest> randomWorldsAreAnsweredAsThePlainestStoreDoes() {
        return Seeds.tests(1, worlds(), seed -> new RandomWorld(seed).compare(this::open));
    }

    private FeatureSet prepared(List<String> key, String... features) {
        FeatureSet set = evolution.apply(key, List.of(features));
        store.prepare(set);
        return set;
    }

    private void merge(FeatureSet set, Observation... observations) {
        store.merge(set, Observation.batch(set, Arrays.asList(observations)));
    }

    private void erase(FeatureSet set, Stamp mark, Object... keys) {
        store.erase(set, keys(set, keys), mark);
    }

    private List<String> read(FeatureSet set, long now, Object... keys) {
        return read(OnlineRead.ofAnyAge(set, set.carried(), now, false), keys);
    }

    private List<String> read(OnlineRead read, Object... keys) {
        return Answers.text(store.read(read, keys(read.set(), keys)));
    }

    /** Of keys of one column. */
    private static FeatureBatch keys(FeatureSet set, Object... keys) {
        return Observation.keys(set, Arrays.stream(keys).map(List::of).toList());
    }

    private static String written(Object value) {
        return switch (value) {
            case String text -> '"' + text + '"';
            case Double number -> number + "/" + Long.toHexString(Double.doubleToRawLongBits(number));
            case Boolean truth -> truth ? "1" : "0";
            default -> value.toString();
        };
    }

    private static List<List<Observation>> permutations(List<Observation> observations) {
        if (observations.isEmpty()) {
            return List.of(List.of());
        }
        List<List<Observation>> orders = new ArrayList<>();
        for (int first = 0; first < observations.size(); first++) {
            List<Observation> rest = new ArrayList<>(observations);
            Observation chosen = rest.remove(first);
            for (List<Observation> order : permutations(rest)) {
                List<Observation> whole = new ArrayList<>(List.of(chosen));
                whole.addAll(order);
                orders.add(whole);
            }
        }
        return orders;
    }
}
