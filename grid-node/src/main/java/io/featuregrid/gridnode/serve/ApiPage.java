package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An OpenAPI document as a page that needs nothing but itself: no script, nothing from elsewhere. */
final class ApiPage {
    private static final ObjectWriter PRETTY = new JsonMapper().writerWithDefaultPrettyPrinter();
    private static final String STYLE = """
            :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 0 auto; padding: 2rem 1rem; }
            code, pre { font: 13px/1.45 ui-monospace, monospace; }
            pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 6px; }
            article { border-top: 1px solid var(--line); padding: .5rem 0 1rem; }
            h3 { margin: .5rem 0; } .method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
            summary { cursor: pointer; } .roles { opacity: .75; }
            """;

    private ApiPage() {}

    static String of(JsonNode document) {
        StringBuilder html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append(
                        "<meta name=\"viewport\" content=\"width=device-width\"><title>FeatureGrid HTTP API</title><style>")
                .append(STYLE)
                .append("</style></head><body><main><h1>FeatureGrid HTTP API</h1><p>")
                .append(escaped(document.path("info").path("description").asText()))
                .append(" For programs: <a href=\"/openapi.json\">/openapi.json</a>.</p>");
        byTag(document)
                .forEach((tag, operations) -> html.append("<section><h2>")
                        .append(escaped(tag))
                        .append("</h2>")
                        .append(operations)
                        .append("</section>"));
        html.append("<section><h2>Schemas</h2>");
        for (Map.Entry<String, JsonNode> schema :
                document.path("components").path("schemas").properties()) {
            html.append("<details id=\"")
                    .append(escaped(schema.getKey()))
                    .append("\"><summary><code>")
                    .append(escaped(schema.getKey()))
                    .append("</code></summary>");
            block(html, schema.getValue());
            html.append("</details>");
        }
        return html.append("</section></main></body></html>").toString();
    }

    private static Map<String, StringBuilder> byTag(JsonNode document) {
        Map<String, StringBuilder> sections = new TreeMap<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                String tag = operation.getValue().path("tags").path(0).asText("Other");
                operation(
                        sections.computeIfAbsent(tag, missing -> new StringBuilder()),
                        operation.getKey().toUpperCase(Locale.ROOT),
                        path.getKey(),
                        operation.getValue());
            }
        }
        return sections;
    }

    private static void operation(StringBuilder html, String method, String path, JsonNode operation) {
        html.append("<article><h3><span class=\"method\">")
                .append(escaped(method))
                .append("</span> <code>")
                .append(escaped(path))
                .append("</code></h3><p>")
                .append(escaped(operation.path("summary").asText()))
                .append(". ")
                .append(escaped(operation.path("description").asText()))
                .append("</p>");
        if (operation.has("x-roles")) {
            html.append("<p class=\"roles\">Roles: ");
            operation
                    .path("x-roles")
                    .forEach(role -> html.append(escaped(role.asText())).append(' '));
            html.append("</p>");
        }
        for (Map.Entry<String, JsonNode> body :
                operation.path("requestBody").path("content").properties()) {
            part(html, "Takes " + body.getKey(), body.getValue());
        }
        for (Map.Entry<String, JsonNode> reply : operation.path("responses").properties()) {
            for (Map.Entry<String, JsonNode> body :
                    reply.getValue().path("content").properties()) {
                part(html, reply.getKey() + " answers " + body.getKey(), body.getValue());
            }
        }
        html.append("</article>");
    }

    private static void part(StringBuilder html, String title, JsonNode body) {
        html.append("<details><summary>").append(escaped(title)).append("</summary>");
        block(html, body);
        html.append("</details>");
    }

    private static void block(StringBuilder html, JsonNode json) {
        try {
            html.append("<pre tabindex=\"0\">")
                    .append(escaped(PRETTY.writeValueAsString(json)))
                    .append("</pre>");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
