package io.featuregrid.planner.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an apply says about resolvers, and how catalogs keep them. */
class ResolverDefinitionTest {
    private static final String SETS = """
            'sets': [{'name': 'thing', 'key': ['k'], 'feature_time': 'at', 'features': [
                {'name': 'k', 'type': 'string'}, {'name': 'at', 'type': 'timestamp'}, {'name': 'owner_id', 'type': 'string'},
                {'name': 'x', 'type': 'int64', 'nullable': true}, {'name': 'y', 'type': 'int64', 'nullable': true},
                {'name': 'z', 'type': 'int64', 'nullable': true}, {'name': 'v', 'type': 'int64', 'nullable': true}, {'name': 'word', 'type': 'string', 'nullable': true},
                {'name': 'asked', 'type': 'int64', 'request': true}],
              'relations': [{'name': 'owner', 'set': 'thing', 'on': {'k': 'owner_id'}}]}]
            """;

    @Test
    void aCycleAnUnknownFeatureAndAWrongTypeAreReportedTogetherEachWithItsPlace() {
        FeatureGridException refusal = refused(
                resolver("one", "'thing.y'", "'x'", "{'op': 'input', 'index': 0}"),
                resolver("two", "'thing.owner.x'", "'y'", "{'op': 'input', 'index': 0}"),
                resolver("three", "'thing.nothing'", "'z'", "{'op': 'input', 'index': 0}"),
                resolver("four", "'thing.word'", "'v'", "{'op': 'input', 'index': 0}"));
        assertThat(refusal.problems())
                .extracting(Problem::message)
                .anySatisfy(message -> assertThat(message)
                        .startsWith("f.py:one: resolvers need each other in a circle: one -> two -> one"))
                .anySatisfy(message -> assertThat(message)
                        .startsWith("f.py:three: resolver 'three': its input 'thing.nothing' is unknown"))
                .anySatisfy(message -> assertThat(message)
                        .startsWith("f.py:four: resolver 'four' gives str or None for 'thing.v'"
                                .replace("str or None", "None or str")));
        assertThat(refusal.problems()).extracting(Problem::resolver).contains("one", "three", "four");
    }

    @Test
    void oneFeatureHasOneResolverForEachSetOfTags() {
        String input = "{'op': 'input', 'index': 0}";
        assertThat(refused(resolver("one", "'thing.x'", "'y'", input), resolver("two", "'thing.x'", "'y'", input))
                        .problems())
                .extracting(Problem::message)
                .containsExactly(
                        "f.py:two: resolvers 'one' and 'two' both give 'thing.y' without tags (expected one, or"
                                + " different tags to choose by)");
        String tagged = resolver("two", "'thing.x'", "'y'", input).replace("'inputs'", "'tags': ['a'], 'inputs'");
        assertThat(read(resolver("one", "'thing.x'", "'y'", input), tagged)
                        .functions()
                        .resolversOf("thing", "y"))
                .hasSize(2);
    }

    @Test
    void keysLinksFeatureTimesAndWhatComesWithRequestsAreNotComputed() {
        for (String output : List.of("k", "owner_id", "at", "asked")) {
            String literal = output.equals("asked")
                    ? "{'op': 'literal', 'kind': 'int', 'value': '1'}"
                    : "{'op': 'input', 'index': 0}";
            String input = output.equals("at") ? "'thing.at'" : "'thing.word'";
            assertThat(refused(resolver("one", input, "'" + output + "'", literal))
                            .problems())
                    .extracting(Problem::message)
                    .anySatisfy(message -> assertThat(message).contains("gives 'thing." + output + "', which "));
        }
    }

    @Test
    void aCatalogComesBackFromItsJsonAndAResolverKeepsItsVersionUntilItsCodeChanges() {
        String input = "{'op': 'input', 'index': 0}";
        Catalog first = CatalogChange.plan(Catalog.EMPTY, read(resolver("one", "'thing.x'", "'y'", input)))
                .next();
        assertThat(CatalogJson.read(CatalogJson.write(first))).isEqualTo(first);
        assertThat(first.functions().resolvers().getFirst().version()).isEqualTo(1);
        assertThat(first.set("thing").orElseThrow().feature("y").orElseThrow().computed())
                .isTrue();

        CatalogChange same = CatalogChange.plan(first, read(resolver("one", "'thing.x'", "'y'", input)));
        assertThat(same.diff().isEmpty()).isTrue();

        CatalogChange other = CatalogChange.plan(
                first, read(resolver("one", "'thing.x'", "'y'", "{'op': 'literal', 'kind': 'int', 'value': '1'}")));
        assertThat(other.diff().changed()).containsExactly("resolver:one");
        assertThat(other.next().functions().resolvers().getFirst().version()).isEqualTo(2);

        Catalog gone = CatalogChange.plan(other.next(), read()).next();
        Catalog again = CatalogChange.plan(gone, read(resolver("one", "'thing.x'", "'y'", input)))
                .next();
        assertThat(again.functions().resolvers().getFirst().version()).isEqualTo(3);
    }

    private static String resolver(String name, String input, String output, String node) {
        return "{'name': '" + name + "', 'set': 'thing', 'inputs': [{'feature': " + input + "}], 'outputs': [" + output
                + "], 'expression': {'format': 1, 'root': " + node + "}}";
    }

    private static Proposal read(String... resolvers) {
        return ProposalReader.read(document(resolvers));
    }

    private static FeatureGridException refused(String... resolvers) {
        return catchThrowableOfType(FeatureGridException.class, () -> read(resolvers));
    }

    private static JsonNode document(String... resolvers) {
        String text = "{" + SETS + ", 'resolvers': [" + String.join(",", resolvers)
                + "], 'sources': {'resolver:one': 'f.py:one', 'resolver:two': 'f.py:two', 'resolver:three': 'f.py:three',"
                + " 'resolver:four': 'f.py:four'}}";
        try {
            return new JsonMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }
}
