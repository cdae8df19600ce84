package io.featuregrid.planner.plan;

import static io.featuregrid.planner.definition.Documents.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Documents;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Lookup;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import io.featuregrid.planner.plan.TrainingSetPlan.Source;
import io.featuregrid.planner.time.AsOf;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSetPlannerTest {
    private static final Catalog CATALOG = Documents.catalog(
            """
            {'name': 'flight', 'key': ['id'], 'features': [
              {'name': 'id', 'type': 'int64'}, {'name': 'delay', 'type': 'float64', 'nullable': true},
              {'name': 'tail', 'type': 'string', 'nullable': true}],
             'relations': [{'name': 'plane', 'set': 'plane', 'on': {'tail': 'tail'}}]}
            """,
            """
            {'name': 'plane', 'key': ['tail'], 'features': [
              {'name': 'tail', 'type': 'string'}, {'name': 'seats', 'type': 'int64', 'nullable': true},
              {'name': 'brand', 'type': 'int64', 'nullable': true}],
             'relations': [{'name': 'maker', 'set': 'maker', 'on': {'id': 'brand'}}]}
            """,
            Documents.set("maker", "country string"),
            "{'name': 'weather', 'features': [{'name': 'wind', 'type': 'float64', 'nullable': true}]}");
    private static final String KEYS = "'keys': {'flight.id': 'f'}";

    @Test
    void aPathIsOneLookupAHop() {
        TrainingSetPlan plan =
                plan(KEYS, "'features': ['flight.plane.maker.country', 'flight.delay', 'flight.plane.seats']");
        assertThat(plan.lookups())
                .extracting(Lookup::path)
                .containsExactly("flight", "flight.plane", "flight.plane.maker");
        assertThat(plan.lookups().get(0).keys()).isEqualTo(new Keys.Spine(List.of("f")));
        assertThat(plan.lookups().get(0).stored()).extracting(Feature::name).containsExactly("tail", "delay");
        assertThat(plan.lookups().get(1).keys())
                .isEqualTo(new Keys.Links(0, List.of(new Source.Stored(0, feature("flight", "tail")))));
        assertThat(plan.lookups().get(1).stored()).extracting(Feature::name).containsExactly("brand", "seats");
        assertThat(plan.lookups()).extracting(Lookup::existence).containsExactly(false, false, false);
        assertThat(plan.outputs())
                .extracting(Output::name)
                .containsExactly("flight.plane.maker.country", "flight.delay", "flight.plane.seats");
        assertThat(sources(plan))
                .containsExactly(
                        new Source.Stored(2, feature("maker", "country")),
                        new Source.Stored(0, feature("flight", "delay")),
                        new Source.Stored(1, feature("plane", "seats")));
        assertThat(plan.time()).isEqualTo("t");
        assertThat(plan.asOf()).isEqualTo(AsOf.PLAIN);
        assertThat(plan.defaults()).isTrue();
    }

    @Test
    void aKeyColumnIsTheEntityItselfAndBehindALinkItNeedsARow() {
        TrainingSetPlan plan = plan(KEYS, "'features': ['flight.id', 'flight.plane.tail']");
        assertThat(sources(plan))
                .containsExactly(
                        new Source.Key(0, 0, feature("flight", "id")), new Source.Key(1, 0, feature("plane", "tail")));
        assertThat(plan.lookups()).extracting(Lookup::existence).containsExactly(false, true);
    }

    @Test
    void oneSetMayStandInSeveralRoles() {
        TrainingSetPlan plan = plan(
                "'sets': {'first': {'set': 'flight', 'keys': {'id': 'f'}}, 'second': {'set': 'flight', 'keys': {'id': 'g'}}}",
                "'features': ['first.delay', 'second.delay']");
        assertThat(plan.lookups()).extracting(Lookup::path).containsExactly("first", "second");
        assertThat(plan.lookups())
                .extracting(Lookup::keys)
                .containsExactly(new Keys.Spine(List.of("f")), new Keys.Spine(List.of("g")));
    }

    @Test
    void aGlobalSetNeedsNoEntry() {
        TrainingSetPlan plan = plan("", "'features': ['weather.wind']");
        assertThat(plan.lookups().getFirst().keys()).isEqualTo(new Keys.Spine(List.of()));
    }

    @Test
    void aGivenInputTakesThePlaceOfWhatIsStored() {
        TrainingSetPlan plan =
                plan(KEYS, "'features': ['flight.delay', 'flight.plane.seats']", "'inputs': {'flight.delay': 'd'}");
        assertThat(sources(plan).getFirst()).isEqualTo(new Source.Given("d", feature("flight", "delay")));
        assertThat(plan.lookups().getFirst().stored()).extracting(Feature::name).containsExactly("tail");
    }

    /** Also when the input of the longer path stands first. */
    @Test
    void aGivenLinkIsFollowedWithoutAnyKey() {
        TrainingSetPlan plan = plan(
                "", "'features': ['flight.plane.seats']", "'inputs': {'flight.plane.brand': 'd', 'flight.tail': 'g'}");
        assertThat(plan.lookups().getFirst().keys()).isEqualTo(new Keys.None());
        assertThat(plan.lookups().getFirst().stored()).isEmpty();
        assertThat(plan.lookups().get(1).keys())
                .isEqualTo(new Keys.Links(0, List.of(new Source.Given("g", feature("flight", "tail")))));
    }

    @Test
    void whatIsOnlyRequiredIsNotShown() {
        TrainingSetPlan plan = plan(
                KEYS, "'features': ['flight.delay']", "'required': ['flight.tail', 'flight.delay'], 'defaults': false");
        assertThat(plan.outputs()).extracting(Output::name).containsExactly("flight.delay", "flight.tail");
        assertThat(plan.outputs()).extracting(Output::shown).containsExactly(true, false);
        assertThat(plan.outputs()).extracting(Output::required).containsExactly(true, true);
        assertThat(plan.defaults()).isFalse();
    }

    @Test
    void whatIsOnlySampledIsNotRead() {
        TrainingSetPlan plan = plan(KEYS, "'features': ['flight.delay']", "'sample': ['flight.tail', 'flight.delay']");
        assertThat(plan.lookups().getFirst().stored()).extracting(Feature::name).containsExactly("delay");
    }

    @Test
    void whatMayBeSeenIsRead() {
        assertThat(plan(KEYS, "'features': ['flight.id']", "'end': 'exclusive', 'delay': '1m', 'cutoff': 'spine'")
                        .asOf())
                .isEqualTo(new AsOf(true, 60_000_000, new AsOf.Cutoff.Spine()));
        assertThat(plan(KEYS, "'features': ['flight.id']", "'cutoff': '1970-01-02', 'fresh': false")
                        .asOf())
                .isEqualTo(new AsOf(false, 0, new AsOf.Cutoff.Fixed(86_400_000_000L)));
    }

    @Test
    void everyUnknownNameIsParseFailed() {
        expectRefusal(
                KEYS,
                "'features': ['flight.dely']",
                "PARSE_FAILED: feature 'flight.dely' is unknown: 'flight'"
                        + " has no feature 'dely' (expected one of [id, delay, tail])");
        expectRefusal(KEYS, "'features': ['fligt.delay']", "PARSE_FAILED: feature 'fligt.delay' is unknown: there is");
        expectRefusal(
                KEYS, "'features': ['flight.plan.seats']", "PARSE_FAILED: feature 'flight.plan.seats' is unknown");
        expectRefusal(KEYS, "'features': ['flight.plane']", "PARSE_FAILED: feature 'flight.plane' names a relation");
        expectRefusal(KEYS, "'features': ['delay']", "PARSE_FAILED: feature 'delay' is no path");
        expectRefusal(KEYS, "'features': ['flight.']", "PARSE_FAILED: feature 'flight.' is unknown");
        expectRefusal(KEYS, "'features': ['flight.id'], 'required': ['flight.x']", "PARSE_FAILED: feature 'flight.x'");
        expectRefusal(KEYS, "'features': ['flight.id'], 'sample': ['flight.x']", "PARSE_FAILED: feature 'flight.x'");
        expectRefusal(
                KEYS, "'features': ['flight.id'], 'inputs': {'flight.x': 'd'}", "PARSE_FAILED: feature 'flight.x'");
        expectRefusal("'keys': {'id': 'f'}", "'features': ['flight.id']", "PARSE_FAILED: key 'id' of the training set");
        expectRefusal(
                "'sets': {'a': {'set': 'b', 'keys': {}}}",
                "'features': ['a.id']",
                "PARSE_FAILED: role 'a' is of the unknown set 'b' (expected one of [flight, plane, maker, weather])");
    }

    @Test
    void everyOtherMistakeIsAnInvalidQuery() {
        String features = "'features': ['flight.delay']";
        expectRefusal(
                "'keys': {'flight.tail': 'f'}",
                features,
                "INVALID_QUERY: role 'flight' gives the keys [tail] (expected exactly those of 'flight': [id])");
        expectRefusal(
                "'keys': {'flight.id': 'x'}",
                features,
                "INVALID_QUERY: key 'flight.id' of the training set is the spine column 'x', which is missing");
        expectRefusal("", features, "INVALID_QUERY: role 'flight' has no keys");
        expectRefusal(
                KEYS + ", 'sets': {'flight': {'keys': {'id': 'f'}}}",
                features,
                "INVALID_QUERY: the training set gives role 'flight' twice");
        expectRefusal(
                KEYS,
                "'features': ['flight.delay', 'flight.delay']",
                "INVALID_QUERY: output 'flight.delay' clashes with another feature");
        expectRefusal(
                KEYS, features + ", 'inputs': {'flight.id': 'd'}", "INVALID_QUERY: input 'flight.id' is a key column");
        expectRefusal(
                KEYS,
                features + ", 'inputs': {'flight.delay': 'x'}",
                "INVALID_QUERY: input 'flight.delay' of the training set is the spine column 'x'");
        expectRefusal(
                KEYS,
                features + ", 'recompute': ['flight.delay']",
                "INVALID_QUERY: recompute names 'flight.delay', which has no resolver");
        expectRefusal(KEYS, features + ", 'delay': 'soon'", "INVALID_QUERY: delay of the training set is \"soon\"");
        expectRefusal(KEYS, features + ", 'cutoff': 'soon'", "INVALID_QUERY: the training set has cutoff \"soon\"");
        expectRefusal(KEYS, features + ", 'end': 'open'", "INVALID_QUERY: the training set has end \"open\"");
        expectRefusal(KEYS, features + ", 'errors': 'drop'", "INVALID_QUERY: the training set has errors \"drop\"");
        expectRefusal(KEYS, features + ", 'defaults': 1", "INVALID_QUERY: the training set has defaults 1 (expected");
        expectRefusal(
                KEYS,
                features + ", 'cutof': 'spine'",
                "INVALID_QUERY: the training set has the unknown option 'cutof'");
        expectRefusal(KEYS, features + ", 'required': 'flight.id'", "INVALID_QUERY: the training set has required");
        expectRefusal(KEYS, "'features': 'flight.id'", "INVALID_QUERY: the training set has features \"flight.id\"");
        expectRefusal(KEYS, "'features': [1]", "INVALID_QUERY: the training set has features [1]");
        expectRefusal(KEYS, "'features': []", "INVALID_QUERY: the training set asks for no features");
        expectRefusal("'keys': []", features, "INVALID_QUERY: the training set has keys [] (expected an object)");
        expectRefusal(
                "'keys': {'flight.id': 1}",
                features,
                "INVALID_QUERY: the training set has keys.flight.id 1 (expected text)");
        expectRefusal(
                "'sets': {'flight': {'key': {}}}",
                features,
                "INVALID_QUERY: role 'flight' has the unknown option 'key'");
    }

    @Test
    void theSpineMustHaveItsTimeAndDifferentNames() {
        TrainingSetRequest request = TrainingSetRequest.read(json("{'time': 'x', 'features': ['weather.wind']}"));
        assertThatThrownBy(() -> TrainingSetPlanner.plan(CATALOG, request, List.of("t")))
                .hasMessageStartingWith(
                        "INVALID_QUERY: time of the training set is the spine column 'x', which is missing");
        assertThatThrownBy(() -> TrainingSetPlanner.plan(CATALOG, request, List.of("x", "x")))
                .hasMessageStartingWith("INVALID_QUERY: the spine has two columns 'x'");
        assertThatThrownBy(() -> TrainingSetPlanner.plan(CATALOG, request, List.of("x", "weather.wind")))
                .hasMessageStartingWith("INVALID_QUERY: output 'weather.wind' clashes with a spine column");
        assertThatThrownBy(() -> TrainingSetRequest.read(json("{'features': ['weather.wind']}")))
                .hasMessageStartingWith("INVALID_QUERY: the training set names no time");
        assertThatThrownBy(() -> TrainingSetRequest.read(json("7")))
                .hasMessageStartingWith("PARSE_FAILED: the training set is no JSON object");
    }

    @Test
    void aPlanWhoseLookupsAreOutOfOrderIsNone() {
        TrainingSetPlan plan = plan(KEYS, "'features': ['flight.plane.seats']");
        assertThatThrownBy(() -> new TrainingSetPlan.Taken(plan.lookups().reversed(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Source> sources(TrainingSetPlan plan) {
        return plan.outputs().stream()
                .map(output -> plan.taken().columns().get(((CallPlan.Ref.Base) output.value()).column()))
                .toList();
    }

    private static Feature feature(String set, String name) {
        return CATALOG.set(set).orElseThrow().feature(name).orElseThrow();
    }

    private static TrainingSetPlan plan(String... members) {
        List<String> given =
                List.of(members).stream().filter(member -> !member.isEmpty()).toList();
        String request = "{'type': 'training_set', 'time': 't', " + String.join(", ", given) + "}";
        return TrainingSetPlanner.plan(CATALOG, TrainingSetRequest.read(json(request)), List.of("t", "f", "g", "d"));
    }

    private static void expectRefusal(String keys, String rest, String message) {
        assertThat(catchThrowableOfType(FeatureGridException.class, () -> plan(keys, rest)))
                .as(message)
                .hasMessageStartingWith(message);
    }
}
