package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.error.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the document of an apply. All mistakes are found in one go and thrown together. */
public final class ProposalReader {
    private static final Set<String> SET_ATTRIBUTES =
            Set.of("name", "number", "next_number", "key", "feature_time", "epoch", "features", "relations", "removed");

    private static final Set<String> RELATION_ATTRIBUTES = Set.of("name", "set", "many", "colocate", "on");

    private static final Set<String> DOCUMENT_MEMBERS = Set.of(
            "base_version",
            "replace",
            "sets",
            "resolvers",
            "jars",
            "queries",
            "sources",
            "format",
            "version",
            "next_set_number",
            "next_resolver_version",
            "removed");

    private final ProblemList problems;
    private final Map<String, String> sources;

    private ProposalReader(Map<String, String> sources) {
        this.sources = sources;
        this.problems = new ProblemList(sources);
    }

    /**
     * The proposal that a document states.
     *
     * @param document {@code {base_version, replace, sets, resolvers, queries, sources}}; numbers in it are ignored
     * @throws io.featuregrid.planner.error.FeatureGridException with every problem found
     */
    public static Proposal read(JsonNode document) {
        Map<String, String> sources = new HashMap<>();
        for (Map.Entry<String, JsonNode> source : document.path("sources").properties()) {
            sources.put(source.getKey(), source.getValue().asText());
        }
        return new ProposalReader(sources).readDocument(document);
    }

    private Proposal readDocument(JsonNode document) {
        if (!document.isObject()) {
            problems.add(ErrorCode.PARSE_FAILED, "", "the document is no JSON object (expected {sets: [...]})");
            problems.throwIfAny();
        }
        refuseUnknown(document, DOCUMENT_MEMBERS, "", "the document");
        if (!document.hasNonNull("sets")) {
            // What an apply lacks is removed: a misspelt member must not remove everything.
            problems.add(
                    ErrorCode.PARSE_FAILED,
                    "",
                    "the document has no array of sets (expected {sets: [...]}, also to remove all of them)");
        }
        List<FeatureSet> sets = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode node : elements(document, "sets", "")) {
            FeatureSet set = readSet(node);
            if (!names.add(set.name())) {
                problems.add(ErrorCode.INVALID_QUERY, set.name(), "set '" + set.name() + "' is defined twice");
            }
            sets.add(set);
        }
        new ProposalValidator(problems).validate(sets);
        Functions functions = readFunctions(document);
        new ResolverValidator(problems, sets).validate(functions);
        JsonNode base = document.path("base_version");
        if (!base.isMissingNode() && !base.isNull() && !(base.isIntegralNumber() && base.canConvertToInt())) {
            problems.add(ErrorCode.PARSE_FAILED, "", "base_version is " + base + " (expected a whole number)");
        }
        problems.throwIfAny();
        return new Proposal(
                base.isIntegralNumber() ? base.intValue() : null,
                document.path("replace").asBoolean(false),
                supplied(sets, functions),
                functions,
                sources);
    }

    private Functions readFunctions(JsonNode document) {
        ResolverReader reader = new ResolverReader(problems);
        List<Resolver> resolvers = new ArrayList<>();
        for (JsonNode node : elements(document, "resolvers", "")) {
            reader.resolver(node).map(resolver -> resolver.versioned(0)).ifPresent(resolvers::add);
        }
        List<NamedQuery> queries = new ArrayList<>();
        for (JsonNode node : elements(document, "queries", "")) {
            queries.add(reader.query(node));
        }
        return new Functions(resolvers, queries, 0);
    }

    /** The sets, with the features that resolvers give marked so. */
    static List<FeatureSet> supplied(List<FeatureSet> sets, Functions functions) {
        Set<String> computed = new HashSet<>();
        for (Resolver resolver : functions.resolvers()) {
            resolver.outputs().forEach(output -> computed.add(resolver.set() + "." + output));
        }
        return sets.stream()
                .map(set -> new FeatureSet(
                        set.identity(),
                        set.key(),
                        set.featureTime(),
                        set.features().stream()
                                .map(feature -> computed.contains(set.name() + "." + feature.name())
                                        ? feature.supplied(Supply.COMPUTED)
                                        : feature)
                                .toList(),
                        set.relations()))
                .toList();
    }

    private FeatureSet readSet(JsonNode node) {
        String name = text(node, "name", "a set");
        refuseUnknown(node, SET_ATTRIBUTES, name, "set '" + name + "'");
        List<Feature> features = new ArrayList<>();
        FeatureReader reader = new FeatureReader(problems, name);
        for (JsonNode feature : elements(node, "features", name)) {
            reader.read(feature).ifPresent(features::add);
        }
        List<Relation> relations = new ArrayList<>();
        for (JsonNode relation : elements(node, "relations", name)) {
            relations.add(readRelation(name, relation));
        }
        List<String> key = new ArrayList<>();
        for (JsonNode column : elements(node, "key", name)) {
            key.add(column.asText());
        }
        JsonNode time = node.path("feature_time");
        if (!time.isMissingNode() && !time.isNull() && !time.isTextual()) {
            problems.add(
                    ErrorCode.PARSE_FAILED, name, "feature_time of '" + name + "' is " + time + " (expected text)");
        }
        return new FeatureSet(
                new FeatureSet.Identity(name, 0, 0, 0, false, List.of()),
                key,
                time.isTextual() ? time.textValue() : null,
                features,
                relations);
    }

    private Relation readRelation(String set, JsonNode node) {
        String name = text(node, "name", "a relation of '" + set + "'");
        String object = set + "." + name;
        refuseUnknown(node, RELATION_ATTRIBUTES, object, "relation '" + object + "'");
        if (node.path("many").asBoolean(false)) {
            problems.add(
                    ErrorCode.INVALID_QUERY,
                    object,
                    "'" + object + "' is a has-many, which is not supported by this version (expected a has-one)");
        }
        if (node.path("colocate").asBoolean(false)) {
            problems.add(
                    ErrorCode.INVALID_QUERY,
                    object,
                    "'" + object + "' is colocated, which only a has-many can be (expected colocate: false)");
        }
        Map<String, String> on = new java.util.LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> link : node.path("on").properties()) {
            on.put(link.getKey(), link.getValue().asText());
        }
        return new Relation(name, text(node, "set", "relation '" + object + "'"), on);
    }

    private void refuseUnknown(JsonNode node, Set<String> known, String object, String subject) {
        for (Map.Entry<String, JsonNode> attribute : node.properties()) {
            if (!known.contains(attribute.getKey())) {
                problems.add(
                        ErrorCode.PARSE_FAILED,
                        object,
                        subject + " has the unknown attribute '" + attribute.getKey() + "'");
            }
        }
    }

    private String text(JsonNode node, String attribute, String subject) {
        JsonNode value = node.path(attribute);
        if (!value.isTextual()) {
            problems.add(
                    ErrorCode.PARSE_FAILED,
                    "",
                    attribute + " of " + subject + " is " + (value.isMissingNode() ? "missing" : value)
                            + " (expected text)");
            return "";
        }
        return value.textValue();
    }

    private List<JsonNode> elements(JsonNode node, String attribute, String object) {
        JsonNode value = node.path(attribute);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            problems.add(
                    ErrorCode.PARSE_FAILED,
                    object,
                    attribute + (object.isEmpty() ? "" : " of '" + object + "'") + " is " + value.getNodeType()
                            + " (expected an array)");
            return List.of();
        }
        List<JsonNode> elements = new ArrayList<>();
        value.forEach(elements::add);
        return elements;
    }
}
