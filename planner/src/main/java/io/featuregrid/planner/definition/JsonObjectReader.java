package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.time.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attributes of one object of a proposal; what is wrong with them is noted under the object's name. */
final class JsonObjectReader {
    private final JsonNode node;
    private final ProblemList problems;
    private final String object;
    private final String subject;

    /**
     * A reader of one object.
     *
     * @param object by which its place is known
     * @param subject what messages call it
     */
    JsonObjectReader(JsonNode node, ProblemList problems, String object, String subject) {
        this.node = node;
        this.problems = problems;
        this.object = object;
        this.subject = subject;
    }

    void allow(Set<String> attributes) {
        for (Map.Entry<String, JsonNode> attribute : node.properties()) {
            if (!attributes.contains(attribute.getKey())) {
                refuse(subject + " has the unknown attribute '" + attribute.getKey() + "'");
            }
        }
    }

    /** A text that must be there. */
    String text(String attribute) {
        JsonNode value = node.path(attribute);
        if (!value.isTextual()) {
            refuse(attribute + " of " + subject + " is " + (value.isMissingNode() ? "missing" : value)
                    + " (expected text)");
            return "";
        }
        return value.textValue();
    }

    @Nullable
    String textOrNull(String attribute) {
        return absent(attribute) ? null : text(attribute);
    }

    boolean flag(String attribute, boolean otherwise) {
        JsonNode value = node.path(attribute);
        if (!absent(attribute) && !value.isBoolean()) {
            refuse(attribute + " of " + subject + " is " + value + " (expected true or false)");
        }
        return value.asBoolean(otherwise);
    }

    /** Texts in an array; none if it is absent. */
    List<String> texts(String attribute) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(attribute)) {
            if (!element.isTextual()) {
                refuse(attribute + " of " + subject + " has the element " + element + " (expected texts)");
            }
            texts.add(element.asText());
        }
        return texts;
    }

    List<JsonNode> array(String attribute) {
        JsonNode value = node.path(attribute);
        List<JsonNode> elements = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(elements::add);
        } else if (!absent(attribute)) {
            refuse(attribute + " of " + subject + " is " + value.getNodeType() + " (expected an array)");
        }
        return elements;
    }

    /** Microseconds, of a number or of a duration in words; null if it is absent. */
    @Nullable
    Long duration(String attribute) {
        return absent(attribute) ? null : duration(node.path(attribute), attribute + " of " + subject);
    }

    @Nullable
    Long duration(JsonNode value, String what) {
        if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0) {
            return value.longValue();
        }
        try {
            return Durations.parse(value.asText(), what);
        } catch (FeatureGridException refusal) {
            problems.add(object, refusal);
            return null;
        }
    }

    Documentation documentation() {
        return new Documentation(textOrNull("owner"), List.of(), textOrNull("description"), null);
    }

    void refuse(String message) {
        problems.add(ErrorCode.PARSE_FAILED, object, message);
    }

    private boolean absent(String attribute) {
        return !node.hasNonNull(attribute);
    }
}
