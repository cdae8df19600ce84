package io.featuregrid.gridnode.jar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarScannerTest {
    @TempDir
    private Path folder;

    private final Jars jars = new Jars();

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }

    private String jarOf(String body) throws IOException {
        return jars.put(Jars.jar(Jars.compile(folder, body)));
    }

    @Test
    void aProposalGetsTheResolversOfItsJars() throws IOException {
        String artifact = jarOf("""
                class Scores {
                    @OnlineFunction(outputs = {"thing.a", "thing.b"}, name = "both", tags = "fast", timeoutMillis = 250,
                            storeOffline = false, owner = "o", description = "d")
                    static Object[] several(@Input("thing.x") long x, @Now Instant now,
                            @Input(value = "thing.other.y", optional = true) List<Double> y) {
                        throw new IllegalStateException();
                    }
                    @OnlineFunction(outputs = "thing.c")
                    static String plain() { return ""; }
                    static int other(int any) { return any; }
                }
                """);
        JsonNode document = json("{'sets': [], 'resolvers': [{'name': 'mine'}], 'sources': {'thing': 'd.py:3'}, 'jars':"
                + " [{'artifact': '" + artifact + "', 'source': 'd.py:12'}]}");

        JarProposal.Expanded expanded = JarProposal.expand(document, jars);

        assertThat(expanded.problems()).isEmpty();
        assertThat(json(expanded.document().toString())).isEqualTo(json("""
                {'sets': [],
                 'sources': {'thing': 'd.py:3', 'resolver:both': 'd.py:12 (example.Scores.several)',
                             'resolver:plain': 'd.py:12 (example.Scores.plain)'},
                 'resolvers': [{'name': 'mine'},
                  {'name': 'both', 'set': 'thing', 'outputs': ['a', 'b'], 'tags': ['fast'], 'timeout_us': 250000,
                   'store_offline': false, 'owner': 'o', 'description': 'd',
                   'inputs': [{'feature': 'thing.x', 'optional': false}, {'now': true},
                              {'feature': 'thing.other.y', 'optional': true}],
                   'method': {'artifact': 'ARTIFACT', 'class': 'example.Scores', 'name': 'several'}},
                  {'name': 'plain', 'set': 'thing', 'outputs': ['c'], 'tags': [], 'store_offline': true, 'inputs': [],
                   'method': {'artifact': 'ARTIFACT', 'class': 'example.Scores', 'name': 'plain'}}]}
                """.replace("ARTIFACT", artifact)));
    }

    @Test
    void everyMistakeOfAJarIsToldAtOnce() throws IOException {
        String artifact = jarOf("""
                class Scores {
                    @OnlineFunction(outputs = "thing.a") long bound() { return 1; }
                    @OnlineFunction(outputs = "thing.a") static void nothing() {}
                    @OnlineFunction(outputs = "thing.a") static long loose(long x, @Now @Input("thing.x") Instant y) { return 1; }
                    @OnlineFunction(outputs = "thing.a") static long narrow(@Input("thing.x") int x) { return x; }
                    @OnlineFunction(outputs = "thing.a") static long same() { return 1; }
                    @OnlineFunction(outputs = "thing.a") static long same(@Input("thing.x") long x) { return x; }
                    @OnlineFunction(outputs = {}) static long none() { return 1; }
                    @OnlineFunction(outputs = "a") static long vague() { return 1; }
                    @OnlineFunction(outputs = {"thing.a", "other.b"}) static Object[] mixed() { return null; }
                    @OnlineFunction(outputs = "thing.a", timeoutMillis = -1) static long early() { return 1; }
                }
                """);
        JarProposal.Expanded expanded =
                JarProposal.expand(json("{'jars': [{'artifact': '" + artifact + "', 'source': 'd.py:1'}]}"), jars);

        String front = "d.py:1: example.Scores.";
        assertThat(expanded.problems())
                .extracting(Problem::message)
                .containsExactly(
                        front + "bound: is not static (expected a static method)",
                        front + "nothing: gives void (expected a value, a record or Object[])",
                        front + "loose: parameter 1 is annotated with neither @Input nor @Now (expected one of them)",
                        front + "loose: parameter 2 is annotated with both @Input and @Now (expected one of them)",
                        front + "narrow: parameter 1 is int (expected " + JavaTypes.PARAMETERS + ")",
                        front + "same: is annotated twice with different parameters (expected different names)",
                        front + "none: gives no feature (expected outputs = {\"set.feature\"})",
                        front + "vague: gives 'a' (expected a feature as set.feature)",
                        front + "mixed: gives features of several sets, [thing.a, other.b] (expected those of one)",
                        front + "early: has timeoutMillis -1 (expected 0 or more)");
        assertThat(expanded.problems()).extracting(Problem::code).containsOnly(ErrorCode.INVALID_QUERY);
        assertThat(expanded.document().path("resolvers"))
                .extracting(resolver -> resolver.path("name").asText())
                .containsExactly("same");
    }

    @Test
    void aJarThatIsNotThereOrHoldsNothingIsRefused() throws IOException {
        String empty = jars.put(Jars.jar(Map.of("readme", new byte[1])));
        String broken = jars.put(Jars.jar(Map.of(
                "A.class", "Lio/featuregrid/planner/function/OnlineFunction;".getBytes(StandardCharsets.UTF_8))));
        JarProposal.Expanded expanded = JarProposal.expand(
                json("{'jars': [{'artifact': 'feed', 'source': 'd.py:1'}, {'artifact': '" + empty + "'}, {'artifact': '"
                        + broken + "'}, 7]}"),
                jars);
        assertThat(expanded.problems())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .isEqualTo("INVALID_QUERY: d.py:1: jar feed is not in the grid (expected it to be sent"
                                        + " to POST /v1/artifacts before)"),
                        second -> assertThat(second).contains("no method in it is annotated with @OnlineFunction"),
                        third -> assertThat(third).contains("A.class is no class file of a known version"),
                        fourth -> assertThat(fourth).startsWith("PARSE_FAILED: a jar is 7 (expected "));
    }

    @Test
    void aProposalWithoutJarsStaysAsItIs() throws IOException {
        JsonNode document = json("{'sets': []}");
        assertThat(JarProposal.expand(document, jars).document()).isSameAs(document);
    }
}
