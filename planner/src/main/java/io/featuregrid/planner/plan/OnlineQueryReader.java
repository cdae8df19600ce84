package io.featuregrid.planner.plan;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.definition.NamedQuery;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.time.Durations;
import io.featuregrid.planner.time.Timestamps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads an online query from JSON, in one pass and without a tree of it. Members that it does not know are ignored. For one request. */
public final class OnlineQueryReader {
    private final JsonParser parser;
    private final int mostNames;
    private final List<Problem> problems = new ArrayList<>();

    private final List<String> inputs = new ArrayList<>();
    private final List<JsonNode> values = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, Long> staleness = new HashMap<>();
    private boolean defaults = true;
    private boolean meta;
    private boolean explain;
    private boolean durableLog;
    private @Nullable Long now;
    private @Nullable Long deadlineMillis;
    private @Nullable String environment;
    private String label = "";
    private @Nullable String queryName;
    private @Nullable String queryVersion;
    private final List<String> tags = new ArrayList<>();
    private final List<String> requiredTags = new ArrayList<>();

    private OnlineQueryReader(JsonParser parser, int mostNames) {
        this.parser = parser;
        this.mostNames = mostNames;
    }

    /**
     * Reads a request.
     *
     * @param parser stands before the value; a codec is set, by which given values are read
     * @param mostNames how many inputs, outputs and overrides may be named, each
     * @throws IOException if the text is no JSON
     * @throws FeatureGridException INVALID_QUERY with everything that does not fit; TOO_LARGE for too many names
     */
    public static OnlineQueryRequest read(JsonParser parser, int mostNames) throws IOException {
        return new OnlineQueryReader(parser, mostNames).read();
    }

    private OnlineQueryRequest read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED, "the query is no JSON object (expected {\"inputs\": {}, \"outputs\": []})");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            member(name);
        }
        if (!problems.isEmpty()) {
            throw new FeatureGridException(problems);
        }
        return new OnlineQueryRequest(
                new QueryShape(inputs, outputs, staleness, choice()),
                values,
                new OnlineQueryRequest.Options(now, meta, explain, deadlineMillis, durableLog, environment, label));
    }

    private void member(String name) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        switch (name) {
            case "inputs" -> readInputs();
            case "outputs" -> readOutputs();
            case "staleness" -> readStaleness();
            case "now" -> readNow();
            case "deadline_ms" -> readDeadline();
            case "defaults" -> defaults = flag(name);
            case "include_meta" -> meta = flag(name);
            case "explain" -> explain = flag(name);
            case "durable_log" -> durableLog = flag(name);
            case "context" -> readContext();
            case "query_name" -> {
                queryName = text(name);
                note(name, queryName);
            }
            case "query_name_version" -> {
                queryVersion = parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getText() : text(name);
                note(name, queryVersion);
            }
            case "correlation_id", "deployment_id" -> note(name, text(name));
            case "branch_id" -> {
                JsonNode branch = parser.readValueAsTree();
                refused("branch_id is " + branch + ", a branch that does not exist (expected none: this node has no"
                        + " branches)");
            }
            default -> parser.skipChildren();
        }
    }

    private void readInputs() throws IOException {
        if (!begins(JsonToken.START_OBJECT, "inputs", "an object {\"set.feature\": value}")) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            requireRoom(inputs.size(), "inputs");
            inputs.add(parser.currentName());
            parser.nextToken();
            values.add(parser.readValueAsTree());
        }
    }

    private void readOutputs() throws IOException {
        if (!begins(JsonToken.START_ARRAY, "outputs", "an array of names like \"set.feature\"")) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            requireRoom(outputs.size(), "outputs");
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                outputs.add(parser.getText());
            } else {
                JsonNode other = parser.readValueAsTree();
                refused("outputs holds " + brief(other) + " (expected names like \"set.feature\")");
            }
        }
    }

    private void readStaleness() throws IOException {
        if (!begins(JsonToken.START_OBJECT, "staleness", "an object {\"set.feature\": \"10m\"}")) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            requireRoom(staleness.size(), "staleness overrides");
            String feature = parser.currentName();
            parser.nextToken();
            String text = text("staleness for '" + feature + "'");
            if (text != null) {
                try {
                    staleness.put(feature, Durations.parse(text, "staleness for '" + feature + "'"));
                } catch (FeatureGridException malformed) {
                    problems.addAll(malformed.problems());
                }
            }
        }
    }

    private void readNow() throws IOException {
        String text = text("now");
        if (text == null) {
            return;
        }
        OptionalLong micros = Timestamps.parse(text);
        if (micros.isEmpty()) {
            refused("now is \"" + text + "\" (expected a time of whole microseconds like 2013-01-01T10:00:00Z)");
        } else {
            now = micros.getAsLong();
        }
    }

    private void readDeadline() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long millis = parser.getLongValue();
            if (millis >= 1) {
                deadlineMillis = millis;
                return;
            }
        }
        JsonNode other = parser.readValueAsTree();
        refused("deadline_ms is " + brief(other) + " (expected whole milliseconds, at least 1)");
    }

    private void readContext() throws IOException {
        JsonNode context = parser.readValueAsTree();
        if (!context.isObject()) {
            refused("context is " + brief(context) + " (expected an object)");
            return;
        }
        if (context.path("environment").isTextual()) {
            environment = context.path("environment").textValue();
        }
        readTags(context.path("tags"), "context.tags", tags);
        readTags(context.path("required_resolver_tags"), "context.required_resolver_tags", requiredTags);
    }

    private void readTags(JsonNode node, String name, List<String> target) {
        if (node.isMissingNode() || node.isNull()) {
            return;
        }
        boolean texts = node.isArray() && node.size() <= mostNames;
        for (JsonNode tag : node) {
            texts &= tag.isTextual();
            target.add(tag.asText());
        }
        if (!texts) {
            refused(name + " is " + brief(node) + " (expected an array of texts)");
        }
    }

    /** A name of a query that the catalog does not have is only a label, as long as the outputs are asked for. */
    private QueryShape.Choice choice() {
        NamedQuery.Reference reference = null;
        String name = queryName;
        if (name != null && outputs.isEmpty()) {
            String version = queryVersion;
            reference = NamedQuery.Reference.of(version == null ? name : name + "@" + version);
        }
        return new QueryShape.Choice(reference, tags, requiredTags, defaults);
    }

    private void note(String name, @Nullable String text) {
        if (text != null) {
            label += (label.isEmpty() ? "" : ", ") + name + " " + text;
        }
    }

    private boolean begins(JsonToken token, String name, String expected) throws IOException {
        if (parser.currentToken() == token) {
            return true;
        }
        JsonNode other = parser.readValueAsTree();
        refused(name + " is " + brief(other) + " (expected " + expected + ")");
        return false;
    }

    private @Nullable String text(String name) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        JsonNode other = parser.readValueAsTree();
        refused(name + " is " + brief(other) + " (expected text)");
        return null;
    }

    private boolean flag(String name) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_TRUE || parser.currentToken() == JsonToken.VALUE_FALSE) {
            return parser.getBooleanValue();
        }
        JsonNode other = parser.readValueAsTree();
        refused(name + " is " + brief(other) + " (expected true or false)");
        return false;
    }

    private void requireRoom(int count, String what) {
        if (count >= mostNames) {
            throw new FeatureGridException(
                    ErrorCode.TOO_LARGE,
                    "the query has more than " + mostNames + " " + what + " (expected at most that many in one query)");
        }
    }

    private void refused(String message) {
        // A body of nonsense must not make an answer as long as itself.
        if (problems.size() < 100) {
            problems.add(new Problem(ErrorCode.INVALID_QUERY, message));
        }
    }

    private static String brief(JsonNode node) {
        String text = node.toString();
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
