package io.featuregrid.planner.plan;

import static io.featuregrid.planner.definition.Documents.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Documents;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.plan.QueryPlan.Value;
import io.featuregrid.planner.time.Durations;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryPlannerTest {
    private static final Catalog CATALOG = Documents.catalog(
            """
            {'name': 'flight', 'key': ['id'], 'features': [
              {'name': 'id', 'type': 'int64'}, {'name': 'delay', 'type': 'float64', 'nullable': true},
              {'name': 'origin', 'type': 'string', 'nullable': true}, {'name': 'dest', 'type': 'string', 'nullable': true},
              {'name': 'fresh', 'type': 'int64', 'max_staleness_us': 10, 'default': 7},
              {'name': 'dying', 'type': 'int64', 'max_staleness_us': 10, 'offline_ttl_us': 5},
              {'name': 'lasting', 'type': 'int64', 'offline_ttl_us': 20}],
             'relations': [{'name': 'start', 'set': 'airport', 'on': {'faa': 'origin'}},
                           {'name': 'to', 'set': 'airport', 'on': {'faa': 'dest'}}]}
            """,
            """
            {'name': 'airport', 'key': ['faa'], 'features': [
              {'name': 'faa', 'type': 'string'}, {'name': 'wind', 'type': 'float64', 'nullable': true},
              {'name': 'city', 'type': 'int64', 'nullable': true}],
             'relations': [{'name': 'town', 'set': 'town', 'on': {'id': 'city'}}]}
            """,
            Documents.set("town", "people int64"),
            """
            {'name': 'seat', 'key': ['flight', 'place'], 'features': [
              {'name': 'flight', 'type': 'int64'}, {'name': 'place', 'type': 'string'},
              {'name': 'price', 'type': 'float64'}]}
            """,
            "{'name': 'world', 'features': [{'name': 'fuel', 'type': 'float64', 'nullable': true}]}");

    @Test
    void aStageFollowsTheLinksThatTheOneBeforeHasRead() {
        QueryPlan plan = plan(List.of("flight.id"), "flight.start.town.people", "flight.delay", "world.fuel");

        assertThat(plan.lookups())
                .extracting(QueryPlan.Lookup::path)
                .containsExactly("flight", "flight.start", "flight.start.town", "world");
        assertThat(plan.stages()).hasSize(3);
        assertThat(plan.stages().get(0).reads())
                .extracting(read -> read.set().name())
                .containsExactly("flight", "world");
        assertThat(plan.stages().get(1).reads()).hasSize(1);
        assertThat(plan.stages().get(2).reads().getFirst().lookups()).containsExactly(2);
        assertThat(plan.outputs()).extracting(QueryPlan.Output::lookup).containsExactly(2, 0, 3);
    }

    @Test
    void lookupsThatAskASetForTheSameShareOneRead() {
        QueryPlan plan = plan(List.of("flight.id"), "flight.start.wind", "flight.to.wind");
        assertThat(plan.stages().get(1).reads()).hasSize(1);
        assertThat(plan.stages().get(1).reads().getFirst().lookups()).containsExactly(1, 2);

        QueryPlan aged = QueryPlanner.plan(
                CATALOG,
                new QueryShape(
                        List.of("flight.id"),
                        List.of("flight.start.wind", "flight.to.wind"),
                        Map.of("flight.to.wind", 5L),
                        true));
        assertThat(aged.stages().get(1).reads())
                .extracting(read -> read.maxAgesMicros().at(0))
                .containsExactly(Durations.INFINITY, 5L);
    }

    @Test
    void aGivenLinkIsFollowedAtOnceAndNeedsNoEntity() {
        QueryPlan plan = plan(List.of("flight.origin"), "flight.start.wind", "flight.origin");
        assertThat(plan.stages()).hasSize(1);
        assertThat(plan.lookups().getFirst().named()).isFalse();
        assertThat(value(plan, 1)).isInstanceOf(Value.Given.class);
    }

    @Test
    void aKeyBehindARelationIsReadForItsRowAndTheEntitysOwnIsNot() {
        QueryPlan plan = plan(List.of("flight.id"), "flight.id", "flight.start.faa");
        assertThat(value(plan, 0))
                .isEqualTo(new Value.Key(
                        0, 0, false, plan.lookups().get(0).set().keyFeatures().getFirst()));
        assertThat(((Value.Key) value(plan, 1)).row()).isTrue();
        assertThat(plan.stages().get(1).reads().getFirst().features()).isEmpty();
        assertThat(plan(List.of("flight.id"), "flight.id").stages()).isEmpty();
    }

    @Test
    void theAgeLimitIsTheLesserOfMaxStalenessAndTtl() {
        String[] features = {"flight.delay", "flight.fresh", "flight.dying", "flight.lasting"};
        assertThat(ages(Map.of(), features)).isEqualTo(new MaxAges(new long[] {Durations.INFINITY, 10, 5, 20}));
        Map<String, Long> longer =
                Map.of("flight.delay", 30L, "flight.fresh", 30L, "flight.dying", 30L, "flight.lasting", 30L);
        // Of fresh the ttl only follows the declared staleness, and goes with it.
        assertThat(ages(longer, features)).isEqualTo(new MaxAges(new long[] {30, 30, 5, 20}));
        Map<String, Long> none = Map.of("flight.fresh", 0L, "flight.lasting", Durations.INFINITY);
        assertThat(ages(none, features)).isEqualTo(new MaxAges(new long[] {Durations.INFINITY, 0, 5, 20}));
    }

    @Test
    void everyProblemIsToldAtOnce() {
        FeatureGridException refused = refused(
                Map.of("flight.nothing", 3L),
                List.of("flight.id", "seat.flight", "flight.start.faa", "flight.what"),
                "flight.speed",
                "airport.wind",
                "seat.price",
                "flight.start",
                "flight",
                "flight.delay",
                "flight.delay",
                "nowhere.x");
        assertThat(refused.problems())
                .extracting(Problem::code, Problem::feature)
                .containsExactlyInAnyOrder(
                        problem(ErrorCode.PARSE_FAILED, "flight.nothing"),
                        problem(ErrorCode.INVALID_QUERY, null),
                        problem(ErrorCode.INVALID_QUERY, "flight.start.faa"),
                        problem(ErrorCode.PARSE_FAILED, "flight.what"),
                        problem(ErrorCode.PARSE_FAILED, "flight.speed"),
                        problem(ErrorCode.RESOLVER_NOT_FOUND, "airport.wind"),
                        problem(ErrorCode.PARSE_FAILED, "flight.start"),
                        problem(ErrorCode.PARSE_FAILED, "flight"),
                        problem(ErrorCode.INVALID_QUERY, "flight.delay"),
                        problem(ErrorCode.PARSE_FAILED, "nowhere.x"));
        assertThat(refused.getMessage())
                .contains(
                        "the inputs give only [flight] of the key of 'seat' (expected the whole key: [flight, place])")
                .contains("nothing can provide 'airport.wind': it has no resolver");
        assertThat(refused(Map.of(), List.of()).getMessage()).contains("asks for no outputs");
    }

    @Test
    void theExplanationNamesStagesLimitsGivenValuesAndDefaults() {
        String text = QueryPlanText.of(plan(
                List.of("flight.id", "flight.delay"),
                "flight.fresh",
                "flight.delay",
                "flight.start.wind",
                "world.fuel"));
        assertThat(text).isEqualTo("""
                        online query against catalog version 1
                        given: flight.id, a key
                        given: flight.delay, instead of what is stored
                        stage 1:
                          read 'flight' for flight by id = given flight.id
                            fresh not older than 10us
                            origin of any age
                          read 'world' for world by its one row
                            fuel of any age
                        stage 2:
                          read 'airport' for flight.start by faa = stored flight.origin
                            wind of any age
                        output flight.fresh: stored flight.fresh; MISSING shows as 7
                        output flight.delay: given flight.delay
                        output flight.start.wind: stored flight.start.wind
                        output world.fuel: stored world.fuel
                        """);
    }

    @Test
    void givenValuesMustFitTheirTypesAndAllThatDoNotAreNamed() {
        QueryPlan plan = plan(List.of("flight.origin", "flight.delay", "flight.fresh"), "flight.delay");
        FeatureGridException refused = catchThrowableOfType(
                FeatureGridException.class,
                () -> QueryInputs.row(plan, List.of(json("42"), json("'fast'"), json("null"))));
        assertThat(refused.problems())
                .extracting(Problem::message)
                .containsExactly(
                        "'flight.origin' is 42 (expected a value of type string)",
                        "'flight.delay' is \"fast\" (expected a value of type float64)",
                        "'flight.fresh' is null (expected a value: the feature is declared without None)");
        assertThat(QueryInputs.row(plan, List.of(json("null"), json("'NaN'"), json("3")))
                        .column(1)
                        .doubleAt(0))
                .isNaN();

        FeatureGridException lengths = catchThrowableOfType(
                FeatureGridException.class,
                () -> QueryInputs.columns(plan, List.of(json("['a', 'b']"), json("[1]"), json("[1, 'x']"))));
        assertThat(lengths.problems())
                .extracting(Problem::message)
                .containsExactly(
                        "input 'flight.delay' has 1 values (expected 2, as many as 'flight.origin')",
                        "'flight.fresh' is \"x\" in row 1 (expected a value of type int64)");
    }

    private static org.assertj.core.groups.Tuple problem(
            ErrorCode code, @org.jspecify.annotations.Nullable String feature) {
        return org.assertj.core.groups.Tuple.tuple(code, feature);
    }

    private static MaxAges ages(Map<String, Long> staleness, String... outputs) {
        QueryShape shape = new QueryShape(List.of("flight.id"), List.of(outputs), staleness, true);
        return QueryPlanner.plan(CATALOG, shape)
                .stages()
                .getFirst()
                .reads()
                .getFirst()
                .maxAgesMicros();
    }

    private static Value value(QueryPlan plan, int output) {
        return plan.reading()
                .columns()
                .get(((CallPlan.Ref.Base) plan.outputs().get(output).value()).column());
    }

    private static QueryPlan plan(List<String> inputs, String... outputs) {
        return QueryPlanner.plan(CATALOG, new QueryShape(inputs, List.of(outputs), Map.of(), true));
    }

    private static FeatureGridException refused(Map<String, Long> staleness, List<String> inputs, String... outputs) {
        QueryShape shape = new QueryShape(inputs, List.of(outputs), staleness, true);
        return catchThrowableOfType(FeatureGridException.class, () -> QueryPlanner.plan(CATALOG, shape));
    }
}
