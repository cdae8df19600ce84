package io.featuregrid.gridnode.jar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.execute.Artifacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The jars of a proposal, put into it as the resolvers that they hold. */
public final class JarProposal {
    private JarProposal() {}

    /**
     * A proposal with the resolvers of its jars.
     *
     * @param document without jars
     * @param problems of jars and methods, which are then not among the resolvers
     */
    public record Expanded(JsonNode document, List<Problem> problems) {}

    /**
     * Looks into the jars of a proposal. Each method gets a place, {@code resolver:<name>}: the jar's, with the method's behind it.
     *
     * @param document stays as it is
     */
    public static Expanded expand(JsonNode document, Artifacts artifacts) {
        JsonNode jars = document.path("jars");
        if (!(document instanceof ObjectNode proposal) || jars.isMissingNode() || jars.isNull()) {
            return new Expanded(document, List.of());
        }
        List<Problem> problems = new ArrayList<>();
        JsonNode stated = proposal.path("resolvers");
        JsonNode places = proposal.path("sources");
        if (!jars.isArray() || !(stated.isArray() || stated.isMissingNode() || stated.isNull())) {
            // What is wrong with the resolvers is said by who reads them.
            return new Expanded(
                    document,
                    jars.isArray()
                            ? List.of()
                            : List.of(new Problem(
                                    ErrorCode.PARSE_FAILED, "jars is " + jars.getNodeType() + " (expected an array)")));
        }
        ObjectNode expanded = proposal.objectNode();
        expanded.setAll(proposal);
        expanded.remove("jars");
        ArrayNode resolvers = expanded.putArray("resolvers");
        stated.forEach(resolvers::add);
        ObjectNode sources = expanded.putObject("sources");
        places.properties().forEach(place -> sources.set(place.getKey(), place.getValue()));
        for (JsonNode jar : jars) {
            expand(jar, artifacts, resolvers, sources, problems);
        }
        return new Expanded(expanded, problems);
    }

    private static void expand(
            JsonNode jar, Artifacts artifacts, ArrayNode resolvers, ObjectNode sources, List<Problem> problems) {
        String artifact = jar.path("artifact").asText("");
        String source = jar.path("source").asText("");
        String place = source.isEmpty() ? "" : source + ": ";
        if (artifact.isEmpty()) {
            problems.add(new Problem(
                    ErrorCode.PARSE_FAILED,
                    place + "a jar is " + jar + " (expected {\"artifact\": \"<sha256>\", \"source\": \"file:line\"})"));
            return;
        }
        Optional<byte[]> content = artifacts.get(artifact);
        if (content.isEmpty()) {
            problems.add(problem(
                    place + "jar " + artifact + " is not in the grid (expected it to be sent to POST /v1/artifacts"
                            + " before)",
                    null));
            return;
        }
        JarScanner.Scan scan = JarScanner.scan(content.get(), artifact);
        for (JarScanner.Mistake mistake : scan.mistakes()) {
            problems.add(problem(place + mistake.text(), mistake.resolver()));
        }
        for (JarScanner.Found found : scan.resolvers()) {
            resolvers.add(found.resolver());
            String name = found.resolver().path("name").asText();
            String known = sources.path("resolver:" + name).asText("");
            sources.put(
                    "resolver:" + name,
                    (known.isEmpty() ? "" : known + " and ")
                            + (source.isEmpty() ? found.place() : source + " (" + found.place() + ")"));
        }
    }

    private static Problem problem(String message, @Nullable String resolver) {
        return new Problem(ErrorCode.INVALID_QUERY, message, null, resolver);
    }
}
