package io.featuregrid.planner.definition;

import static io.featuregrid.planner.definition.Documents.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProposalReaderTest {
    private static final String PLANE = "{'name': 'plane', 'key': ['tail'], 'features': ["
            + "{'name': 'tail', 'type': 'string'}, {'name': 'seats', 'type': 'int64', 'nullable': true}]}";

    @Test
    void aWholeDocumentIsRead() {
        Proposal proposal = ProposalReader.read(json("""
                {'base_version': 3, 'replace': true, 'resolvers': [], 'queries': null,
                 'sources': {'flight': 'flights.py:7'},
                 'sets': [{'name': 'flight', 'key': ['id'], 'feature_time': 'ts', 'features': [
                    {'name': 'id', 'type': 'int64', 'nullable': false},
                    {'name': 'ts', 'type': 'timestamp'},
                    {'name': 'tail', 'type': 'string', 'nullable': true},
                    {'name': 'delay', 'type': 'float64', 'nullable': true, 'default': 'NaN', 'max_staleness_us': '1h',
                     'offline_ttl_us': 86400000000, 'owner': 'ops', 'tags': ['a', 'b'],
                     'description': 'how late', 'deprecated': true},
                    {'name': 'day', 'type': 'date', 'default': '1970-01-03', 'min': '1970-01-01', 'max': '1970-01-03'},
                    {'name': 'level', 'type': 'int64', 'default': 1, 'min': -5, 'max': 5, 'max_staleness_us': null}],
                   'relations': [{'name': 'plane', 'set': 'plane', 'many': false, 'colocate': false,
                                  'on': {'tail': 'tail'}}]}, %s]}
                """.formatted(PLANE)));
        assertThat(proposal.baseVersion()).isEqualTo(3);
        assertThat(proposal.replace()).isTrue();
        assertThat(proposal.sources()).containsExactly(Map.entry("flight", "flights.py:7"));
        FeatureSet flight = proposal.sets().getFirst();
        assertThat(flight.key()).containsExactly("id");
        assertThat(flight.featureTime()).isEqualTo("ts");
        assertThat(flight.relations()).containsExactly(new Relation("plane", "plane", Map.of("tail", "tail")));
        assertThat(flight.feature("delay"))
                .contains(new Feature(
                        "delay",
                        0,
                        0,
                        new Values(FeatureType.FLOAT64, true, Double.NaN, null, null),
                        new Freshness(3_600_000_000L, 86_400_000_000L),
                        new Documentation("ops", List.of("a", "b"), "how late", "deprecated")));
        assertThat(flight.feature("day").orElseThrow().values())
                .isEqualTo(new Values(FeatureType.DATE, false, 2L, 0L, 2L));
        assertThat(flight.feature("level").orElseThrow().values())
                .isEqualTo(new Values(FeatureType.INT64, false, 1L, -5L, 5L));
        assertThat(flight.feature("level").orElseThrow().freshness()).isEqualTo(Freshness.UNDECLARED);
        assertThat(flight.carried()).extracting(Feature::name).containsExactly("ts", "tail", "delay", "day", "level");
    }

    @Test
    void aDocumentOfNothingRemovesEverything() {
        Proposal proposal = ProposalReader.read(json("{'sets': []}"));
        assertThat(proposal.baseVersion()).isNull();
        assertThat(proposal.sets()).isEmpty();
    }

    @Test
    void aSetWithoutAKeyIsGlobal() {
        Proposal proposal = ProposalReader.read(json("{'sets': [{'name': 'world', 'features': []}]}"));
        assertThat(proposal.sets().getFirst().global()).isTrue();
    }

    /** Each mistake in a feature {@code x}, and how its message begins. */
    @Test
    void everyMistakeInAFeatureIsFound() {
        Map<String, String> mistakes = new LinkedHashMap<>();
        mistakes.put("'type': 'complex'", "PARSE_FAILED: type of 'thing.x' is \"complex\" (expected int64, float64,");
        mistakes.put("'type': null", "PARSE_FAILED: type of 'thing.x' is \"null\"");
        mistakes.put("'type': 'int64', 'nullable': 'yes'", "PARSE_FAILED: nullable of 'thing.x' is \"yes\"");
        mistakes.put("'type': 'int64', 'default': 1.5", "VALIDATION_FAILED: default of 'thing.x' is 1.5");
        mistakes.put("'type': 'int64', 'default': true", "VALIDATION_FAILED: default of 'thing.x' is true");
        mistakes.put("'type': 'float64', 'default': 9007199254740993", "VALIDATION_FAILED: default of 'thing.x' is");
        mistakes.put("'type': 'float64', 'default': 1e999", "VALIDATION_FAILED: default of 'thing.x' is");
        mistakes.put("'type': 'float64', 'default': '1.5'", "VALIDATION_FAILED: default of 'thing.x' is");
        mistakes.put("'type': 'string', 'default': 1", "VALIDATION_FAILED: default of 'thing.x' is 1");
        mistakes.put("'type': 'bool', 'default': 'true'", "VALIDATION_FAILED: default of 'thing.x' is");
        mistakes.put("'type': 'timestamp', 'default': 'now'", "VALIDATION_FAILED: default of 'thing.x' is");
        mistakes.put("'type': 'date', 'default': '2013-02-30'", "VALIDATION_FAILED: default of 'thing.x' is");
        mistakes.put("'type': 'date', 'default': '+9999999-01-01'", "VALIDATION_FAILED: default of 'thing.x' is");
        mistakes.put("'type': 'int64', 'min': 'low'", "VALIDATION_FAILED: min of 'thing.x' is \"low\"");
        mistakes.put("'type': 'string', 'max': 'z'", "INVALID_QUERY: max of 'thing.x' is given for type string");
        mistakes.put("'type': 'bool', 'min': false", "INVALID_QUERY: min of 'thing.x' is given for type bool");
        mistakes.put("'type': 'float64', 'min': 'NaN'", "INVALID_QUERY: min of 'thing.x' is NaN");
        mistakes.put("'type': 'int64', 'min': 2, 'max': 1", "INVALID_QUERY: bounds of 'thing.x' are 2..1");
        mistakes.put("'type': 'float64', 'min': 2, 'max': 1.5", "INVALID_QUERY: bounds of 'thing.x' are 2.0..1.5");
        mistakes.put("'type': 'int64', 'min': 2, 'default': 1", "INVALID_QUERY: default of 'thing.x' is 1 (expected");
        mistakes.put("'type': 'float64', 'max': 2, 'default': 'NaN'", "INVALID_QUERY: default of 'thing.x' is NaN");
        mistakes.put(
                "'type': 'int64', 'max_staleness_us': '10x'",
                "INVALID_QUERY: max staleness of 'thing.x' is \"10x\" (expected a duration like 90s");
        mistakes.put("'type': 'int64', 'offline_ttl_us': -1", "INVALID_QUERY: offline ttl of 'thing.x' is \"-1\"");
        mistakes.put("'type': 'int64', 'tags': 'a'", "PARSE_FAILED: tags of 'thing.x' are \"a\"");
        mistakes.put("'type': 'int64', 'tags': [1]", "PARSE_FAILED: tags of 'thing.x' are [1]");
        mistakes.put("'type': 'int64', 'owner': 1", "PARSE_FAILED: owner of 'thing.x' is 1");
        mistakes.put("'type': 'int64', 'defualt': 1", "PARSE_FAILED: 'thing.x' has the unknown attribute 'defualt'");
        mistakes.put(
                "'type': 'int64', 'expression': '_.a'",
                "PARSE_FAILED: 'thing.x' has the unknown attribute 'expression'");
        mistakes.forEach(
                (attributes, message) -> expectOnly(set("'key': []", "{'name': 'x', " + attributes + "}"), message));
    }

    @Test
    void everyMistakeInANameIsFound() {
        for (String name : List.of("X", "x__y", "_x", "1x", "x-y", "")) {
            expectOnly(set("'key': []", feature(name, "int64")), "PARSE_FAILED: 'thing." + name + "' is no name");
        }
        for (String name : List.of("class", "self", "schema", "type_id", "type_name", "lambda")) {
            expectOnly(
                    set("'key': []", feature(name, "int64")),
                    "PARSE_FAILED: 'thing." + name + "' is a word that clients cannot read");
        }
        expectOnly("{'name': 'Thing', 'features': []}", "PARSE_FAILED: set 'Thing' is no name");
        expectOnly(
                set("'key': []", feature("x", "int64") + "," + feature("x", "string")),
                "INVALID_QUERY: 'thing.x' is defined twice");
        expectOnly(
                "{'name': 'thing', 'features': []}, {'name': 'thing', 'features': []}",
                "INVALID_QUERY: set 'thing' is defined twice");
    }

    @Test
    void everyMistakeInAKeyOrFeatureTimeIsFound() {
        String integer = feature("x", "int64");
        expectOnly(set("'key': ['x', 'x']", integer), "INVALID_QUERY: key of 'thing' names a column twice");
        expectOnly(set("'key': ['y']", integer), "PARSE_FAILED: key column 'thing.y' is not among the set's features");
        expectOnly(
                set("'key': ['x']", feature("x", "float64")),
                "INVALID_QUERY: key column 'thing.x' is float64 (expected int64 or string)");
        expectOnly(
                set("'key': ['x']", "{'name': 'x', 'type': 'int64', 'nullable': true}"),
                "INVALID_QUERY: key column 'thing.x' may be null");
        expectOnly(
                set("'key': ['x']", "{'name': 'x', 'type': 'int64', 'default': 1}"),
                "INVALID_QUERY: key column 'thing.x' may be null or has a default");
        expectOnly(set("'key': 'x'", integer), "PARSE_FAILED: key of 'thing' is STRING (expected an array)");
        expectOnly(set("'feature_time': 'y'", integer), "PARSE_FAILED: feature time 'thing.y' is not among");
        expectOnly(set("'feature_time': 5", integer), "PARSE_FAILED: feature_time of 'thing' is 5 (expected text)");
        expectOnly(set("'feature_time': 'x'", integer), "INVALID_QUERY: feature time 'thing.x' is a nullable or a key");
        expectOnly(
                set("'feature_time': 'x'", "{'name': 'x', 'type': 'timestamp', 'nullable': true}"),
                "INVALID_QUERY: feature time 'thing.x' is a nullable");
    }

    @Test
    void everyMistakeInARelationIsFound() {
        String ok = "'name': 'plane', 'set': 'plane', 'on': {'tail': 'x'}";
        expectOnlyRelation("string", ok, "");
        expectOnlyRelation(
                "string",
                "'name': 'plane', 'set': 'plan', 'on': {}",
                "PARSE_FAILED: relation 'thing.plane' leads to the unknown set 'plan'");
        expectOnlyRelation(
                "string",
                "'name': 'plane', 'set': 'plane', 'on': {}",
                "INVALID_QUERY: relation 'thing.plane' joins [] of 'plane' (expected its whole key [tail])");
        expectOnlyRelation(
                "string",
                "'name': 'plane', 'set': 'plane', 'on': {'tail': 'y'}",
                "PARSE_FAILED: relation 'thing.plane' goes through 'thing.y', which is no feature");
        expectOnlyRelation(
                "int64",
                ok,
                "INVALID_QUERY: relation 'thing.plane' joins 'x' of type int64 to a key column of type string");
        expectOnlyRelation(
                "string", ok + ", 'many': true", "INVALID_QUERY: 'thing.plane' is a has-many, which is not supported");
        expectOnlyRelation(
                "string",
                ok + ", 'colocate': true",
                "INVALID_QUERY: 'thing.plane' is colocated, which only a has-many can be");
        expectOnlyRelation(
                "string", ok + ", 'onn': {}", "PARSE_FAILED: relation 'thing.plane' has the unknown attribute 'onn'");
        expectOnlyRelation(
                "string",
                "'name': 'x', 'set': 'plane', 'on': {'tail': 'x'}",
                "INVALID_QUERY: 'thing.x' is defined twice");
    }

    @Test
    void whatIsNoDocumentIsRefused() {
        expectOnlyOf("[]", "PARSE_FAILED: the document is no JSON object");
        expectOnlyOf("{'replace': true}", "PARSE_FAILED: the document has no array of sets");
        expectOnlyOf("{'sets': [], 'set': []}", "PARSE_FAILED: the document has the unknown attribute 'set'");
        expectOnlyOf("{'sets': null}", "PARSE_FAILED: the document has no array of sets");
        expectOnlyOf("{'sets': {}}", "PARSE_FAILED: sets is OBJECT (expected an array)");
        expectOnlyOf(
                "{'sets': [], 'base_version': 'x'}", "PARSE_FAILED: base_version is \"x\" (expected a whole number)");
        expectOnlyOf(
                "{'sets': [], 'base_version': 1.5}", "PARSE_FAILED: base_version is 1.5 (expected a whole number)");
        expectOnly("{'name': 'thing', 'featurs': []}", "PARSE_FAILED: set 'thing' has the unknown attribute 'featurs'");
        expectOnly(set("'key': []", "{'type': 'int64'}"), "PARSE_FAILED: a feature of 'thing' has no name");
    }

    @Test
    void allMistakesAreThrownTogetherEachWithItsPlace() {
        String document = """
                {'sources': {'thing': 'a.py:1', 'thing.x': 'a.py:2', 'thing.y': 'a.py:3', 'resolver:age': 'b.py:9'},
                 'resolvers': [{'name': 'age'}],
                 'sets': [{'name': 'thing', 'key': ['k'], 'features': [
                    {'name': 'x', 'type': 'complex'},
                    {'name': 'y', 'type': 'int64', 'default': 'one', 'offline_ttl_us': 'soon'},
                    {'name': 'Z', 'type': 'int64'}]}]}
                """;
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> ProposalReader.read(json(document)));
        assertThat(refusal.problems())
                .extracting(Problem::message)
                .satisfiesExactlyInAnyOrder(
                        message -> assertThat(message).startsWith("b.py:9: resolver 'age' states nothing to run"),
                        message -> assertThat(message).startsWith("a.py:2: type of 'thing.x'"),
                        message -> assertThat(message).startsWith("a.py:3: default of 'thing.y'"),
                        message -> assertThat(message).startsWith("a.py:3: offline ttl of 'thing.y'"),
                        message -> assertThat(message).startsWith("a.py:1: 'thing.Z' is no name"),
                        message -> assertThat(message).startsWith("a.py:1: key column 'thing.k'"));
        assertThat(refusal.problems())
                .filteredOn(problem -> problem.message().contains("default of"))
                .containsExactly(new Problem(
                        ErrorCode.VALIDATION_FAILED,
                        "a.py:3: default of 'thing.y' is \"one\" (expected a value of type int64)",
                        "thing.y"));
    }

    private static void expectOnlyRelation(String type, String relation, String message) {
        String thing = "{'name': 'thing', 'features': [" + feature("x", type) + "], 'relations': [{" + relation + "}]}";
        if (message.isEmpty()) {
            assertThat(ProposalReader.read(json("{'sets': [" + thing + "," + PLANE + "]}"))
                            .sets())
                    .hasSize(2);
        } else {
            expectOnly(thing + "," + PLANE, message);
        }
    }

    private static void expectOnly(String sets, String message) {
        expectOnlyOf("{'sets': [" + sets + "]}", message);
    }

    private static void expectOnlyOf(String document, String message) {
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> ProposalReader.read(json(document)));
        assertThat(refusal).as(document).isNotNull();
        assertThat(refusal.problems())
                .as(document)
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString()).startsWith(message));
    }

    private static String set(String attributes, String features) {
        return "{'name': 'thing', " + attributes + ", 'features': [" + features + "]}";
    }

    private static String feature(String name, String type) {
        return "{'name': '%s', 'type': '%s'}".formatted(name, type);
    }
}
