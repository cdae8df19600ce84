package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.time.Durations;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one feature of a proposal. */
final class FeatureReader {
    private static final Set<String> ATTRIBUTES = Set.of(
            "name",
            "number",
            "type",
            "nullable",
            "default",
            "max_staleness_us",
            "offline_ttl_us",
            "min",
            "max",
            "owner",
            "tags",
            "description",
            "deprecated",
            "request",
            "keep_across_versions",
            "since_epoch");

    private final ProblemList problems;
    private final String set;

    FeatureReader(ProblemList problems, String set) {
        this.problems = problems;
        this.set = set;
    }

    /** The feature, or empty if its name or type cannot be read; then the reason is noted. */
    Optional<Feature> read(JsonNode node) {
        if (!node.path("name").isTextual()) {
            problems.add(ErrorCode.PARSE_FAILED, set, "a feature of '" + set + "' has no name: " + node);
            return Optional.empty();
        }
        String name = node.path("name").textValue();
        String object = set + "." + name;
        refuseUnknown(node, object);
        Optional<FeatureType> type = type(node.path("type").asText(), object);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        Freshness freshness = new Freshness(
                duration(node, "max_staleness_us", "max staleness of '" + object + "'", object),
                duration(node, "offline_ttl_us", "offline ttl of '" + object + "'", object),
                flag(node, "keep_across_versions", object));
        return Optional.of(new Feature(
                name,
                0,
                0,
                values(node, type.get(), object),
                freshness,
                flag(node, "request", object) ? Supply.REQUEST : Supply.WRITTEN,
                documentation(node, object)));
    }

    private Optional<FeatureType> type(String text, String object) {
        try {
            return Optional.of(FeatureType.parse(text));
        } catch (IllegalArgumentException refused) {
            String expected = FeatureType.expected();
            String why = String.valueOf(refused.getMessage());
            problems.add(
                    ErrorCode.PARSE_FAILED,
                    object,
                    "type of '" + object + "' is \"" + text + "\""
                            + (why.contains(expected) ? "" : ": " + why)
                            + " (expected " + expected + ", or the key of another set)");
            return Optional.empty();
        }
    }

    private void refuseUnknown(JsonNode node, String object) {
        for (Map.Entry<String, JsonNode> attribute : node.properties()) {
            if (!ATTRIBUTES.contains(attribute.getKey())) {
                problems.add(
                        ErrorCode.PARSE_FAILED,
                        object,
                        "'" + object + "' has the unknown attribute '" + attribute.getKey() + "'");
            }
        }
    }

    private Values values(JsonNode node, FeatureType type, String object) {
        Object defaultValue = typed(node, "default", type, object);
        Object min = bound(node, "min", type, object);
        Object max = bound(node, "max", type, object);
        Values values = new Values(type, flag(node, "nullable", object), defaultValue, min, max);
        boolean empty = (min instanceof Long least && max instanceof Long greatest && least > greatest)
                || (min instanceof Double low && max instanceof Double high && low > high)
                || (min instanceof BigDecimal first && max instanceof BigDecimal last && first.compareTo(last) > 0);
        if (empty) {
            problems.add(
                    ErrorCode.INVALID_QUERY,
                    object,
                    "bounds of '" + object + "' are " + values.bounds() + " (expected min at most max)");
        } else if (defaultValue != null && !values.boxedInBounds(defaultValue)) {
            problems.add(
                    ErrorCode.INVALID_QUERY,
                    object,
                    "default of '" + object + "' is " + TypedValues.text(type, defaultValue) + " (expected one in "
                            + values.bounds() + ")");
        }
        return values;
    }

    private boolean flag(JsonNode node, String attribute, String object) {
        JsonNode value = node.path(attribute);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            problems.add(
                    ErrorCode.PARSE_FAILED,
                    object,
                    attribute + " of '" + object + "' is " + value + " (expected true or false)");
        }
        return value.asBoolean(false);
    }

    private @Nullable Object bound(JsonNode node, String attribute, FeatureType type, String object) {
        boolean ordered = switch (type.columnType()) {
            case INT32, INT64, FLOAT64, TIMESTAMP, DATE, DECIMAL -> true;
            case STRING, BOOL, BINARY, NESTED -> false;
        };
        if (!ordered && node.hasNonNull(attribute)) {
            problems.add(
                    ErrorCode.INVALID_QUERY,
                    object,
                    attribute + " of '" + object + "' is given for type " + type.text()
                            + " (expected none: only numbers, timestamps and dates have bounds)");
            return null;
        }
        Object bound = typed(node, attribute, type, object);
        if (bound instanceof Double number && Double.isNaN(number)) {
            problems.add(
                    ErrorCode.INVALID_QUERY, object, attribute + " of '" + object + "' is NaN (expected a number)");
            return null;
        }
        return bound;
    }

    private @Nullable Object typed(JsonNode node, String attribute, FeatureType type, String object) {
        if (!node.hasNonNull(attribute)) {
            return null;
        }
        Optional<Object> value = TypedValues.read(type, node.get(attribute));
        if (value.isEmpty()) {
            problems.add(
                    ErrorCode.VALIDATION_FAILED,
                    object,
                    attribute + " of '" + object + "' is " + node.get(attribute) + " (expected a value of type "
                            + type.text() + JsonValues.hint(type) + ")");
        }
        return value.orElse(null);
    }

    private @Nullable Long duration(JsonNode node, String attribute, String subject, String object) {
        JsonNode value = node.path(attribute);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0) {
            return value.longValue();
        }
        try {
            return Durations.parse(value.asText(), subject);
        } catch (FeatureGridException refusal) {
            problems.add(object, refusal);
            return null;
        }
    }

    private Documentation documentation(JsonNode node, String object) {
        List<String> tags = new ArrayList<>();
        JsonNode given = node.path("tags");
        boolean texts = given.isMissingNode() || given.isNull() || given.isArray();
        for (JsonNode tag : given) {
            texts &= tag.isTextual();
            tags.add(tag.asText());
        }
        if (!texts) {
            problems.add(ErrorCode.PARSE_FAILED, object, "tags of '" + object + "' are " + given + " (expected texts)");
        }
        JsonNode deprecated = node.path("deprecated");
        String replacement = deprecated.isBoolean()
                ? (deprecated.booleanValue() ? "deprecated" : null)
                : text(node, "deprecated", object);
        return new Documentation(text(node, "owner", object), tags, text(node, "description", object), replacement);
    }

    private @Nullable String text(JsonNode node, String attribute, String object) {
        JsonNode value = node.path(attribute);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            problems.add(
                    ErrorCode.PARSE_FAILED,
                    object,
                    attribute + " of '" + object + "' is " + value + " (expected text)");
            return null;
        }
        return value.textValue();
    }
}
