package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the members of a request that is a JSON object; whatever does not fit is INVALID_QUERY. */
final class JsonOptions {
    private final JsonNode node;
    private final String subject;

    /**
     * @param subject what the object is, for messages: {@code the training set}
     * @param known the names that it may have; a misspelt option must not be ignored, it could let the future in
     */
    JsonOptions(JsonNode node, String subject, Set<String> known) {
        this.node = node;
        this.subject = subject;
        if (!node.isObject()) {
            throw new FeatureGridException(ErrorCode.PARSE_FAILED, subject + " is no JSON object: " + node);
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (!known.contains(member.getKey())) {
                throw refused("has the unknown option '" + member.getKey() + "' (expected some of "
                        + known.stream().sorted().toList() + ")");
            }
        }
    }

    @Nullable
    String text(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw refused("has " + name + " " + value + " (expected text)");
        }
        return value.textValue();
    }

    /** One of the given words; the first of them if the option is absent. */
    String word(String name, String... words) {
        String text = text(name);
        if (text == null) {
            return words[0];
        }
        if (!List.of(words).contains(text)) {
            throw refused("has " + name + " \"" + text + "\" (expected one of " + List.of(words) + ")");
        }
        return text;
    }

    boolean flag(String name, boolean absent) {
        JsonNode value = value(name);
        if (value == null) {
            return absent;
        }
        if (!value.isBoolean()) {
            throw refused("has " + name + " " + value + " (expected true or false)");
        }
        return value.booleanValue();
    }

    List<String> texts(String name) {
        JsonNode value = value(name);
        List<String> texts = new ArrayList<>();
        if (value == null) {
            return texts;
        }
        for (JsonNode element : value) {
            texts.add(element.asText());
            if (!element.isTextual()) {
                throw refused("has " + name + " " + value + " (expected an array of texts)");
            }
        }
        if (!value.isArray()) {
            throw refused("has " + name + " " + value + " (expected an array of texts)");
        }
        return texts;
    }

    Map<String, String> textByName(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : objectByName(name).entrySet()) {
            if (!member.getValue().isTextual()) {
                throw refused("has " + name + "." + member.getKey() + " " + member.getValue() + " (expected text)");
            }
            texts.put(member.getKey(), member.getValue().textValue());
        }
        return texts;
    }

    Map<String, JsonNode> objectByName(String name) {
        JsonNode value = value(name);
        Map<String, JsonNode> members = new LinkedHashMap<>();
        if (value == null) {
            return members;
        }
        if (!value.isObject()) {
            throw refused("has " + name + " " + value + " (expected an object)");
        }
        value.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        return members;
    }

    FeatureGridException refused(String what) {
        return new FeatureGridException(ErrorCode.INVALID_QUERY, subject + " " + what);
    }

    private @Nullable JsonNode value(String name) {
        JsonNode value = node.path(name);
        return value.isMissingNode() || value.isNull() ? null : value;
    }
}
