package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.expression.ExpressionJson;
import java.util.Locale;

/** Resolvers and named queries as the catalog and an apply's document have them. */
final class ResolverJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ResolverJson() {}

    static ObjectNode write(Resolver resolver) {
        ObjectNode node = NODES.objectNode();
        node.put("name", resolver.name());
        node.put("version", resolver.version());
        node.put("set", resolver.set());
        ArrayNode inputs = node.putArray("inputs");
        for (ResolverInput input : resolver.inputs()) {
            switch (input) {
                case ResolverInput.Path path ->
                    inputs.addObject().put("feature", path.path()).put("optional", path.optional());
                case ResolverInput.Now now -> inputs.addObject().put("now", true);
            }
        }
        ArrayNode outputs = node.putArray("outputs");
        resolver.outputs().forEach(outputs::add);
        write(node, resolver.body());
        ArrayNode tags = node.putArray("tags");
        resolver.conditions().tags().forEach(tags::add);
        node.put("timeout_us", resolver.conditions().timeoutMicros());
        node.put("store_offline", resolver.conditions().storeOffline());
        node.put("owner", resolver.documentation().owner());
        node.put("description", resolver.documentation().description());
        return node;
    }

    /** Adds what the resolver runs: the part of it that its version depends on. */
    static void write(ObjectNode node, ResolverBody body) {
        switch (body) {
            case ResolverBody.Formula formula -> node.set("expression", ExpressionJson.write(formula.expression()));
            case ResolverBody.PythonFunction function -> {
                ObjectNode written = node.putObject("function")
                        .put("artifact", function.artifact())
                        .put("module", function.module())
                        .put("name", function.function())
                        .put("frame", function.frame().name().toLowerCase(Locale.ROOT));
                ArrayNode requirements = written.putArray("requirements");
                function.requirements().forEach(requirements::add);
                written.put("code", function.code()).put("reason", function.reason());
            }
            case ResolverBody.JavaMethod method ->
                node.putObject("method")
                        .put("artifact", method.artifact())
                        .put("class", method.type())
                        .put("name", method.method());
        }
    }

    static ObjectNode write(NamedQuery query) {
        ObjectNode node = NODES.objectNode();
        node.put("name", query.name());
        node.put("version", query.version());
        ArrayNode outputs = node.putArray("outputs");
        query.outputs().forEach(outputs::add);
        ArrayNode tags = node.putArray("tags");
        query.tags().forEach(tags::add);
        ObjectNode staleness = node.putObject("staleness");
        query.stalenessMicros().forEach(staleness::put);
        node.put("owner", query.documentation().owner());
        node.put("description", query.documentation().description());
        return node;
    }
}
