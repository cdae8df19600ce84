package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.execute.Allowed;
import java.util.Locale;
import java.util.Map;

/** The OpenAPI document of all paths that are mounted. Safe for use by several threads. */
final class ApiDocument {
    private static final String VERSION = "3.1.0";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ObjectNode paths = NODES.objectNode();
    private final ObjectNode schemas = NODES.objectNode();
    private final boolean asksForTokens;

    /** @param asksForTokens whether operations need a token of one of their roles */
    ApiDocument(boolean asksForTokens) {
        this.asksForTokens = asksForTokens;
    }

    /**
     * Adds what a path offers.
     *
     * @throws IllegalArgumentException if the fragment does not describe the path, or names a schema that another one names differently
     */
    synchronized void add(String path, Allowed allowed, ApiFragment fragment) {
        if (fragment.isForPeople()) {
            return;
        }
        ObjectNode operations = fragment.operations(path);
        operations.forEach(operation -> complete((ObjectNode) operation, allowed));
        paths.set(path, operations);
        for (Map.Entry<String, JsonNode> schema : fragment.schemas().properties()) {
            JsonNode before = schemas.get(schema.getKey());
            if (before != null && !before.equals(schema.getValue())) {
                throw new IllegalArgumentException("schema " + schema.getKey() + " is described twice, differently");
            }
            schemas.set(schema.getKey(), schema.getValue());
        }
    }

    /** The whole document. */
    synchronized ObjectNode write() {
        ObjectNode document = NODES.objectNode();
        document.put("openapi", VERSION);
        document.putObject("info")
                .put("title", "FeatureGrid")
                .put("version", version())
                .put(
                        "description",
                        "Features of entities: what they are now, and who defined them. Values keep their declared types;"
                                + " a refusal has a code, a message and a trace id.");
        document.set("paths", paths.deepCopy());
        ObjectNode components = document.putObject("components");
        components.set("schemas", schemas.deepCopy());
        ObjectNode refusal = components.putObject("responses").putObject("Refusal");
        refusal.put("description", "Refused, with the reason.");
        refusal.putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/Refusal");
        if (asksForTokens) {
            components
                    .putObject("securitySchemes")
                    .putObject("token")
                    .put("type", "http")
                    .put("scheme", "bearer");
        }
        return document;
    }

    private void complete(ObjectNode operation, Allowed allowed) {
        ObjectNode responses = operation.withObject("/responses");
        for (String status : new String[] {"4XX", "504"}) {
            responses.putObject(status).put("$ref", "#/components/responses/Refusal");
        }
        if (!allowed.everybody()) {
            ArrayNode roles = operation.putArray("x-roles");
            allowed.roles().stream()
                    .map(role -> role.name().toLowerCase(Locale.ROOT))
                    .sorted()
                    .forEach(roles::add);
            if (asksForTokens) {
                operation.putArray("security").addObject().putArray("token");
            }
        }
    }

    private static String version() {
        String version = ApiDocument.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
