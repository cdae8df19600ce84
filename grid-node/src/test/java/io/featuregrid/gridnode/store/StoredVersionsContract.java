package io.featuregrid.gridnode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.AcceptedVersions;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.time.Durations;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an {@link OnlineStore} has to do with the versions of the resolvers that computed its values: one rule a test. */
public abstract class StoredVersionsContract {
    private static final ResolverVersions SEVEN = ResolverVersions.of(Map.of(2, 7));

    private final FeatureSet set =
            new Evolution(OnlineStoreContract.newName()).apply(List.of("id int64"), List.of("x int64", "y int64"));
    private OnlineStore versioned = new io.featuregrid.planner.execute.HeapOnlineStore();

    /** A store over the grid under test, which the subclass closes. */
    protected abstract OnlineStore open(Erasures observationsToSkip);

    @BeforeEach
    void openVersioned() {
        versioned = open(new FakeErasures());
        versioned.prepare(set);
    }

    @Test
    void aVersionIsThatOfTheWinningObservationOfItsFeature() {
        merge(SEVEN, computed(10, 1).carrying("x", 1L).carrying("y", 2L));
        merge(ResolverVersions.of(Map.of(2, 8, 3, 300)), computed(20, 2).carrying("y", 3L));
        merge(ResolverVersions.of(Map.of(2, 9)), computed(5, 3).carrying("x", 4L));

        assertThat(read(AcceptedVersions.ANY, true)).isEqualTo("exists x=1@10/1/1/query/v7 y=3@20/1/2/query/v300");

        merge(ResolverVersions.NONE, Observation.of(30, 1, 4, 7L).carrying("y", 5L));
        assertThat(read(AcceptedVersions.ANY, true)).isEqualTo("exists x=1@10/1/1/query/v7 y=5@30/1/4/upload");
    }

    @Test
    void aTombstoneHasNoVersion() {
        merge(SEVEN, computed(10, 1).carrying("x", 1L));
        merge(SEVEN, computed(20, 2).carrying("x", 1L).asTombstone());

        assertThat(read(AcceptedVersions.ANY, true)).isEqualTo("exists x=MISSING@20/1/2/query/tombstone y=MISSING");
    }

    @Test
    void anObservationThatIsToldTwiceKeepsItsVersionInWhateverOrder() {
        Observation observation = computed(10, 1).carrying("x", 1L);
        for (List<ResolverVersions> order :
                List.of(List.of(SEVEN, ResolverVersions.NONE), List.of(ResolverVersions.NONE, SEVEN))) {
            openVersioned();
            order.forEach(versions -> merge(versions, observation));
            assertThat(read(accepted(new int[] {7}, null), true))
                    .as("order %s", order)
                    .isEqualTo("exists x=1@10/1/1/query/v7 y=MISSING");
            versioned.erase(set, Observation.keys(set, List.of(List.of(7L))), new Stamp(0, 1, 1));
        }
    }

    @Test
    void aComputedValueCountsIfItsVersionIsAccepted() {
        merge(
                ResolverVersions.of(Map.of(2, 7, 3, 8)),
                computed(10, 1).carrying("x", 1L).carrying("y", null));

        assertThat(read(AcceptedVersions.ANY, false)).isEqualTo("exists x=1 y=null");
        assertThat(read(accepted(new int[] {7}, new int[] {7}), false)).isEqualTo("exists x=1 y=MISSING");
        assertThat(read(accepted(new int[] {6, 8}, new int[] {6, 8}), false)).isEqualTo("exists x=MISSING y=null");
        assertThat(read(accepted(new int[0], null), false)).isEqualTo("exists x=MISSING y=null");
        // What does not count is told all the same.
        assertThat(read(accepted(new int[] {1}, null), true))
                .isEqualTo("exists x=MISSING@10/1/1/query/v7 y=null@10/1/1/query/v8");
    }

    @Test
    void aValueWithoutVersionCountsUnlessAQueryWroteIt() {
        for (Origin origin : Origin.values()) {
            openVersioned();
            // On top of those of the origins before.
            long time = 10L + origin.code();
            merge(
                    ResolverVersions.NONE,
                    Observation.of(time, 1, time, 7L).carrying("x", 1L).from(origin));
            assertThat(read(accepted(new int[] {1}, null), false))
                    .as("origin %s", origin)
                    .isEqualTo(origin == Origin.QUERY ? "exists x=MISSING y=MISSING" : "exists x=1 y=MISSING");
            assertThat(read(accepted(null, new int[] {1}), false)).isEqualTo("exists x=1 y=MISSING");
        }
    }

    @Test
    void anAcceptedValueMayBeTooOldAllTheSame() {
        merge(SEVEN, computed(10, 1).carrying("x", 1L));
        long[] ages = {5, Durations.INFINITY};

        assertThat(text(new OnlineRead(set, set.carried(), ages, 15, false, accepted(new int[] {7}, null))))
                .isEqualTo("exists x=1 y=MISSING");
        assertThat(text(new OnlineRead(set, set.carried(), ages, 16, false, accepted(new int[] {7}, null))))
                .isEqualTo("exists x=MISSING y=MISSING");
    }

    private static Observation computed(long observedAt, long sequence) {
        return Observation.of(observedAt, 1, sequence, 7L).from(Origin.QUERY);
    }

    private static AcceptedVersions accepted(int @Nullable [] x, int @Nullable [] y) {
        return AcceptedVersions.of(Arrays.asList(x, y));
    }

    private void merge(ResolverVersions versions, Observation observation) {
        versioned.merge(set, Observation.batch(set, List.of(observation)), versions);
    }

    private String read(AcceptedVersions versions, boolean stamps) {
        long[] ages = {Durations.INFINITY, Durations.INFINITY};
        return text(new OnlineRead(set, set.carried(), ages, 1_000, stamps, versions));
    }

    private String text(OnlineRead read) {
        return Answers.text(versioned.read(read, Observation.keys(set, List.of(List.of(7L)))))
                .getFirst();
    }
}
