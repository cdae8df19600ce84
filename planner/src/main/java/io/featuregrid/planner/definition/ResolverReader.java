package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.expression.ExpressionJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads resolvers and named queries of a proposal or of a catalog. */
final class ResolverReader {
    private static final Set<String> RESOLVER = Set.of(
            "name",
            "version",
            "set",
            "inputs",
            "outputs",
            "expression",
            "function",
            "method",
            "tags",
            "timeout_us",
            "store_offline",
            "owner",
            "description");
    private static final Set<String> QUERY =
            Set.of("name", "version", "outputs", "tags", "staleness", "owner", "description");
    private static final Set<String> FUNCTION =
            Set.of("artifact", "module", "name", "frame", "requirements", "code", "reason");
    private static final Set<String> METHOD = Set.of("artifact", "class", "name");
    private static final Set<String> INPUT = Set.of("feature", "optional", "now");

    private final ProblemList problems;

    ResolverReader(ProblemList problems) {
        this.problems = problems;
    }

    /** The name by which the place of a resolver's definition is known. */
    static String object(String resolver) {
        return "resolver:" + resolver;
    }

    /** The resolver, or empty if what it runs cannot be read; then the reason is noted. */
    Optional<Resolver> resolver(JsonNode node) {
        String name = node.path("name").asText("");
        String subject = "resolver '" + name + "'";
        JsonObjectReader object = new JsonObjectReader(node, problems, object(name), subject);
        object.allow(RESOLVER);
        object.text("name");
        List<ResolverInput> inputs = new ArrayList<>();
        for (JsonNode input : object.array("inputs")) {
            inputs.add(input(input, object(name), subject));
        }
        Optional<ResolverBody> body = body(node, object, name, subject);
        return body.map(found -> new Resolver(
                name,
                node.path("version").asInt(0),
                new Resolver.Signature(object.text("set"), inputs, object.texts("outputs")),
                found,
                new Resolver.Conditions(
                        object.texts("tags"), object.duration("timeout_us"), object.flag("store_offline", true)),
                object.documentation()));
    }

    private ResolverInput input(JsonNode node, String object, String subject) {
        JsonObjectReader input = new JsonObjectReader(node, problems, object, "an input of " + subject);
        input.allow(INPUT);
        return input.flag("now", false)
                ? new ResolverInput.Now()
                : new ResolverInput.Path(input.text("feature"), input.flag("optional", false));
    }

    private Optional<ResolverBody> body(JsonNode node, JsonObjectReader object, String name, String subject) {
        List<String> stated = new ArrayList<>();
        for (String kind : List.of("expression", "function", "method")) {
            if (node.hasNonNull(kind)) {
                stated.add(kind);
            }
        }
        if (stated.size() != 1) {
            object.refuse(subject + " states " + (stated.isEmpty() ? "nothing to run" : stated)
                    + " (expected one of expression, function and method)");
            return Optional.empty();
        }
        JsonNode inner = node.path(stated.getFirst());
        JsonObjectReader reader =
                new JsonObjectReader(inner, problems, object(name), stated.getFirst() + " of " + subject);
        return switch (stated.getFirst()) {
            case "expression" -> formula(inner, object, subject);
            case "function" -> Optional.of(function(reader));
            default -> {
                reader.allow(METHOD);
                yield Optional.of(new ResolverBody.JavaMethod(
                        reader.text("artifact"), reader.text("class"), reader.text("name")));
            }
        };
    }

    private static Optional<ResolverBody> formula(JsonNode inner, JsonObjectReader object, String subject) {
        try {
            return Optional.of(new ResolverBody.Formula(ExpressionJson.read(inner)));
        } catch (IllegalArgumentException malformed) {
            object.refuse("expression of " + subject + ": " + malformed.getMessage());
            return Optional.empty();
        }
    }

    private ResolverBody function(JsonObjectReader reader) {
        reader.allow(FUNCTION);
        String word = reader.text("frame");
        Optional<ResolverBody.Frame> frame = Arrays.stream(ResolverBody.Frame.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst();
        if (frame.isEmpty()) {
            reader.refuse("frame is \"" + word + "\" (expected scalar, numpy or pandas)");
        }
        List<String> requirements = new ArrayList<>(reader.texts("requirements"));
        requirements.sort(null);
        return new ResolverBody.PythonFunction(
                reader.text("artifact"),
                reader.text("module"),
                reader.text("name"),
                frame.orElse(ResolverBody.Frame.SCALAR),
                requirements,
                reader.text("code"),
                reader.text("reason"));
    }

    NamedQuery query(JsonNode node) {
        String name = node.path("name").asText("");
        int version = node.path("version").asInt(1);
        String place = "query:" + name + "@" + version;
        JsonObjectReader object = new JsonObjectReader(node, problems, place, "query '" + name + "'");
        object.allow(QUERY);
        object.text("name");
        if (node.hasNonNull("version") && !(node.path("version").isInt() && version >= 1)) {
            object.refuse(
                    "version of query '" + name + "' is " + node.path("version") + " (expected a whole number from 1)");
        }
        Map<String, Long> staleness = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.path("staleness").properties()) {
            Long micros =
                    object.duration(entry.getValue(), "staleness for '" + entry.getKey() + "' of query '" + name + "'");
            if (micros != null) {
                staleness.put(entry.getKey(), micros);
            }
        }
        return new NamedQuery(
                name, version, object.texts("outputs"), object.texts("tags"), staleness, object.documentation());
    }
}
