package io.featuregrid.planner.definition;

import static io.featuregrid.planner.definition.Documents.json;
import static io.featuregrid.planner.definition.Documents.proposal;
import static io.featuregrid.planner.definition.Documents.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CatalogChangeTest {
    private final Catalog first = Documents.catalog(set("thing", "x int64"));

    @Test
    void newSetsAndFeaturesGetNumbersInOrder() {
        CatalogChange change =
                CatalogChange.plan(Catalog.EMPTY, proposal(set("one", "x int64", "y string"), set("two")));
        assertThat(change.diff().added()).containsExactly("one", "one.id", "one.x", "one.y", "two", "two.id");
        assertThat(change.next().version()).isEqualTo(1);
        assertThat(change.next().sets())
                .extracting(set -> set.identity().number())
                .containsExactly(1, 2);
        assertThat(change.next().sets().getFirst().features())
                .extracting(Feature::number)
                .containsExactly(1, 2, 3);
        assertThat(change.next().sets().getFirst().identity().nextNumber()).isEqualTo(4);
    }

    @Test
    void noDifferenceKeepsTheVersion() {
        CatalogChange change = CatalogChange.plan(first, proposal(set("thing", "x int64")));
        assertThat(change.diff().isEmpty()).isTrue();
        assertThat(change.next()).isSameAs(first);
    }

    @Test
    void addingAFeatureIsFree() {
        CatalogChange change = CatalogChange.plan(first, proposal(set("thing", "y string", "x int64")));
        assertThat(change.diff().added()).containsExactly("thing.y");
        assertThat(change.diff().changed()).isEmpty();
        assertThat(change.diff().removed()).isEmpty();
        FeatureSet set = change.next().sets().getFirst();
        assertThat(set.feature("x").orElseThrow().number()).isEqualTo(2);
        assertThat(set.feature("y").orElseThrow().number()).isEqualTo(3);
        assertThat(set.identity().epoch()).isEqualTo(1);
    }

    @Test
    void removingHidesAndAddingAgainIsANewNumberInANewEpoch() {
        CatalogChange removal = CatalogChange.plan(first, proposal(set("thing")));
        assertThat(removal.diff().removed()).containsExactly("thing.x");
        assertThat(removal.diff().details()).containsEntry("thing.x", "hidden; added again it starts empty");
        FeatureSet without = removal.next().sets().getFirst();
        assertThat(without.feature("x")).isEmpty();
        assertThat(without.identity().removed()).containsExactly(new RemovedFeature("x", 2, FeatureType.INT64, 1, 1));
        CatalogChange again = CatalogChange.plan(removal.next(), proposal(set("thing", "x string")));
        assertThat(again.diff().added()).containsExactly("thing.x");
        FeatureSet with = again.next().sets().getFirst();
        Feature x = with.feature("x").orElseThrow();
        assertThat(x.number()).isEqualTo(3);
        assertThat(x.sinceEpoch()).isEqualTo(2);
        assertThat(with.identity().epoch()).isEqualTo(2);
        assertThat(with.column(x)).isEqualTo("x__3");
        assertThat(again.next().version()).isEqualTo(3);
    }

    @Test
    void aTypeChangeIsRefusedWithItsPlace() {
        Proposal proposal = ProposalReader.read(
                json("{'sources': {'thing.x': 'a.py:4'}, 'sets': [" + set("thing", "x string", "y int64") + "]}"));
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> CatalogChange.plan(first, proposal));
        assertThat(refusal.first().code()).isEqualTo(ErrorCode.INVALID_QUERY);
        assertThat(refusal.first().feature()).isEqualTo("thing.x");
        assertThat(refusal.first().message())
                .isEqualTo("a.py:4: type of 'thing.x' changes: int64 -> string"
                        + " (expected the same; --replace removes the old values)");
    }

    @Test
    void replacingATypeIsShownAsALoss() {
        CatalogChange change = CatalogChange.plan(first, proposal(set("thing", "x string")));
        assertThat(change.diff().added()).containsExactly("thing.x");
        assertThat(change.diff().removed()).containsExactly("thing.x");
        assertThat(change.diff().details().get("thing.x"))
                .contains("int64 -> string")
                .contains("lost");
        FeatureSet set = change.next().sets().getFirst();
        assertThat(set.feature("x").orElseThrow().number()).isEqualTo(3);
        assertThat(set.identity().epoch()).isEqualTo(2);
        assertThat(set.identity().removed()).hasSize(1);
    }

    @Test
    void aKeyChangeIsRefusedOrStartsAnotherSet() {
        String wanted = "{'name': 'thing', 'key': ['id'], 'features': [{'name': 'id', 'type': 'string'}]}";
        Proposal careful = ProposalReader.read(json("{'sets': [" + wanted + "]}"));
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> CatalogChange.plan(first, careful));
        assertThat(refusal.first().code()).isEqualTo(ErrorCode.INVALID_QUERY);
        assertThat(refusal.first().message()).startsWith("key of 'thing' changes from [id: int64] to [id: string]");
        CatalogChange change = CatalogChange.plan(first, proposal(wanted));
        assertThat(change.diff().removed()).containsExactly("thing", "thing.id", "thing.x");
        assertThat(change.diff().added()).containsExactly("thing", "thing.id");
        FeatureSet set = change.next().sets().getFirst();
        assertThat(set.identity().number()).isEqualTo(2);
        assertThat(set.table()).isEqualTo("thing__2");
        assertThat(set.features().getFirst().number()).isEqualTo(3);
        assertThat(set.identity().epoch()).isEqualTo(2);
        assertThat(set.column(set.features().getFirst())).isEqualTo("id");
    }

    @Test
    void aSetRemovedAndAddedAgainIsAnotherSet() {
        Catalog empty = CatalogChange.plan(first, proposal()).next();
        assertThat(empty.sets()).isEmpty();
        assertThat(empty.removed())
                .containsExactly(new RemovedSet(
                        "thing",
                        1,
                        3,
                        1,
                        List.of(
                                new RemovedFeature("id", 1, FeatureType.INT64, 1, 1),
                                new RemovedFeature("x", 2, FeatureType.INT64, 1, 1))));
        FeatureSet set = CatalogChange.plan(empty, proposal(set("thing", "x int64")))
                .next()
                .sets()
                .getFirst();
        assertThat(set.identity().number()).isEqualTo(2);
        assertThat(set.table()).isEqualTo("thing__2");
        assertThat(set.identity().epoch()).isEqualTo(2);
        assertThat(set.features()).extracting(Feature::number).containsExactly(3, 4);
        assertThat(set.features()).extracting(Feature::sinceEpoch).containsExactly(2, 2);
    }

    @Test
    void whatIsNoTypeChangesInPlaceAndIsTold() {
        String changed = "{'name': 'thing', 'key': ['id'], 'features': [{'name': 'id', 'type': 'int64'},"
                + "{'name': 'x', 'type': 'int64', 'default': 7, 'offline_ttl_us': '1d', 'min': 0, 'owner': 'me',"
                + " 'tags': ['a']}]}";
        CatalogChange change = CatalogChange.plan(first, proposal(changed));
        assertThat(change.diff().changed()).containsExactly("thing.x");
        assertThat(change.diff().details())
                .containsEntry(
                        "thing.x",
                        "nullable true -> false, default none -> 7, min none -> 0, offline ttl none -> 1d,"
                                + " owner none -> me, tags [] -> [a]");
        assertThat(change.next().sets().getFirst().feature("x").orElseThrow().number())
                .isEqualTo(2);
    }

    @Test
    void relationsAndTheFeatureTimeChangeInPlace() {
        String other = set("other");
        String with = "{'name': 'thing', 'key': ['id'], 'feature_time': 'ts', 'features': ["
                + "{'name': 'id', 'type': 'int64'}, {'name': 'x', 'type': 'int64', 'nullable': true},"
                + "{'name': 'ts', 'type': 'timestamp'}],"
                + "'relations': [{'name': 'other', 'set': 'other', 'on': {'id': '%s'}}]}";
        Catalog second =
                CatalogChange.plan(first, proposal(with.formatted("x"), other)).next();
        assertThat(second.sets().getFirst().featureTime()).isEqualTo("ts");
        CatalogChange change = CatalogChange.plan(second, proposal(with.formatted("id"), other));
        assertThat(change.diff().changed()).containsExactly("thing.other");
        assertThat(change.diff().details()).containsEntry("thing.other", "other{id=x} -> other{id=id}");
        CatalogChange removal = CatalogChange.plan(second, proposal(set("thing", "x int64", "ts timestamp"), other));
        assertThat(removal.diff().removed()).containsExactly("thing.other");
        assertThat(removal.diff().changed()).containsExactlyInAnyOrder("thing", "thing.ts");
    }

    @Test
    void aCatalogThatMovedOnIsAConflict() {
        Proposal stale = new Proposal(0, false, List.of(), Functions.NONE, Map.of());
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> CatalogChange.plan(first, stale));
        assertThat(refusal.first().code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(refusal.first().message()).contains("base_version is 0", "the catalog is at 1");
        assertThat(CatalogChange.plan(first, new Proposal(1, false, first.sets(), Functions.NONE, Map.of()))
                        .next())
                .isSameAs(first);
    }
}
