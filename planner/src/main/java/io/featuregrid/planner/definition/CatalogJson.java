package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The catalog as JSON, format 1. */
public final class CatalogJson {
    private static final int FORMAT = 1;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CatalogJson() {}

    public static ObjectNode write(Catalog catalog) {
        ObjectNode node = NODES.objectNode();
        node.put("format", FORMAT);
        node.put("version", catalog.version());
        node.put("next_set_number", catalog.nextSetNumber());
        ArrayNode sets = node.putArray("sets");
        catalog.sets().forEach(set -> sets.add(write(set)));
        node.put("next_resolver_version", catalog.functions().nextVersion());
        ArrayNode resolvers = node.putArray("resolvers");
        catalog.functions().resolvers().forEach(resolver -> resolvers.add(ResolverJson.write(resolver)));
        ArrayNode queries = node.putArray("queries");
        catalog.functions().queries().forEach(query -> queries.add(ResolverJson.write(query)));
        ArrayNode removed = node.putArray("removed");
        for (RemovedSet set : catalog.removed()) {
            ObjectNode ended = removed.addObject()
                    .put("name", set.name())
                    .put("number", set.number())
                    .put("next_number", set.nextNumber())
                    .put("epoch", set.epoch());
            writeRemoved(ended.putArray("features"), set.features());
        }
        return node;
    }

    /**
     * The catalog that a document states.
     *
     * @throws IllegalArgumentException if the document is of another format or not written by {@link #write}
     */
    public static Catalog read(JsonNode node) {
        if (node.path("format").asInt(-1) != FORMAT) {
            throw new IllegalArgumentException(
                    "catalog has format " + node.path("format") + " (expected " + FORMAT + ")");
        }
        List<RemovedSet> removed = new ArrayList<>();
        for (JsonNode set : node.path("removed")) {
            removed.add(new RemovedSet(
                    set.path("name").textValue(),
                    set.path("number").intValue(),
                    set.path("next_number").intValue(),
                    set.path("epoch").intValue(),
                    readRemoved(set.path("features"))));
        }
        List<FeatureSet> sets = new ArrayList<>();
        for (JsonNode set : node.path("sets")) {
            sets.add(readSet(set, removed));
        }
        Functions functions = readFunctions(node);
        return new Catalog(
                node.path("version").intValue(),
                node.path("next_set_number").intValue(),
                ProposalReader.supplied(sets, functions),
                removed,
                functions);
    }

    private static Functions readFunctions(JsonNode node) {
        ProblemList problems = new ProblemList(Map.of());
        ResolverReader reader = new ResolverReader(problems);
        List<Resolver> resolvers = new ArrayList<>();
        node.path("resolvers").forEach(one -> reader.resolver(one).ifPresent(resolvers::add));
        List<NamedQuery> queries = new ArrayList<>();
        node.path("queries").forEach(one -> queries.add(reader.query(one)));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("catalog: " + problems);
        }
        return new Functions(
                resolvers, queries, node.path("next_resolver_version").asInt(1));
    }

    private static ObjectNode write(FeatureSet set) {
        ObjectNode node = NODES.objectNode();
        node.put("name", set.name());
        node.put("number", set.identity().number());
        node.put("next_number", set.identity().nextNumber());
        ArrayNode key = node.putArray("key");
        set.key().forEach(key::add);
        node.put("feature_time", set.featureTime());
        node.put("epoch", set.identity().epoch());
        ArrayNode features = node.putArray("features");
        set.features().forEach(feature -> features.add(write(feature)));
        ArrayNode relations = node.putArray("relations");
        for (Relation relation : set.relations()) {
            ObjectNode on = NODES.objectNode();
            relation.on().forEach(on::put);
            relations
                    .addObject()
                    .put("name", relation.name())
                    .put("set", relation.set())
                    .put("many", false)
                    .put("colocate", false)
                    .set("on", on);
        }
        writeRemoved(node.putArray("removed"), set.identity().removed());
        return node;
    }

    private static void writeRemoved(ArrayNode nodes, List<RemovedFeature> features) {
        for (RemovedFeature feature : features) {
            nodes.addObject()
                    .put("name", feature.name())
                    .put("number", feature.number())
                    .put("type", feature.type().text())
                    .put("since_epoch", feature.sinceEpoch())
                    .put("until_epoch", feature.untilEpoch());
        }
    }

    private static List<RemovedFeature> readRemoved(JsonNode nodes) {
        List<RemovedFeature> removed = new ArrayList<>();
        for (JsonNode feature : nodes) {
            removed.add(new RemovedFeature(
                    feature.path("name").textValue(),
                    feature.path("number").intValue(),
                    type(feature),
                    feature.path("since_epoch").intValue(),
                    feature.path("until_epoch").intValue()));
        }
        return removed;
    }

    private static ObjectNode write(Feature feature) {
        Values values = feature.values();
        ObjectNode node = NODES.objectNode();
        node.put("name", feature.name());
        node.put("number", feature.number());
        node.put("type", values.type().text());
        node.put("nullable", values.nullable());
        node.set("default", value(values, values.defaultValue()));
        node.put("max_staleness_us", feature.freshness().maxStalenessMicros());
        node.put("offline_ttl_us", feature.freshness().offlineTtlMicros());
        node.put("request", feature.supply() == Supply.REQUEST);
        node.put("keep_across_versions", feature.freshness().acrossVersions());
        node.set("min", value(values, values.min()));
        node.set("max", value(values, values.max()));
        Documentation words = feature.documentation();
        node.put("owner", words.owner());
        ArrayNode tags = node.putArray("tags");
        words.tags().forEach(tags::add);
        node.put("description", words.description());
        node.put("deprecated", words.deprecated());
        node.put("since_epoch", feature.sinceEpoch());
        return node;
    }

    private static JsonNode value(Values values, @Nullable Object value) {
        return value == null ? NODES.nullNode() : TypedValues.write(values.type(), value);
    }

    private static FeatureSet readSet(JsonNode node, List<RemovedSet> removedSets) {
        String name = node.path("name").textValue();
        List<RemovedFeature> removed = readRemoved(node.path("removed"));
        List<String> key = new ArrayList<>();
        node.path("key").forEach(column -> key.add(column.textValue()));
        List<Feature> features = new ArrayList<>();
        node.path("features").forEach(feature -> features.add(readFeature(feature)));
        List<Relation> relations = new ArrayList<>();
        for (JsonNode relation : node.path("relations")) {
            Map<String, String> on = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> link : relation.path("on").properties()) {
                on.put(link.getKey(), link.getValue().textValue());
            }
            relations.add(new Relation(
                    relation.path("name").textValue(), relation.path("set").textValue(), on));
        }
        boolean replaces = removedSets.stream().anyMatch(set -> set.name().equals(name));
        FeatureSet.Identity identity = new FeatureSet.Identity(
                name,
                node.path("number").intValue(),
                node.path("next_number").intValue(),
                node.path("epoch").intValue(),
                replaces,
                removed);
        return new FeatureSet(identity, key, node.path("feature_time").textValue(), features, relations);
    }

    private static Feature readFeature(JsonNode node) {
        FeatureType type = type(node);
        Values values = new Values(
                type,
                node.path("nullable").booleanValue(),
                readValue(type, node.path("default")),
                readValue(type, node.path("min")),
                readValue(type, node.path("max")));
        List<String> tags = new ArrayList<>();
        node.path("tags").forEach(tag -> tags.add(tag.textValue()));
        return new Feature(
                node.path("name").textValue(),
                node.path("number").intValue(),
                node.path("since_epoch").intValue(),
                values,
                new Freshness(
                        micros(node.path("max_staleness_us")),
                        micros(node.path("offline_ttl_us")),
                        node.path("keep_across_versions").asBoolean(false)),
                node.path("request").asBoolean(false) ? Supply.REQUEST : Supply.WRITTEN,
                new Documentation(
                        node.path("owner").textValue(),
                        tags,
                        node.path("description").textValue(),
                        node.path("deprecated").textValue()));
    }

    private static FeatureType type(JsonNode node) {
        String text = node.path("type").asText();
        return FeatureType.ofText(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "type is \"" + text + "\" (expected one of " + FeatureType.expected() + ")"));
    }

    private static @Nullable Object readValue(FeatureType type, JsonNode node) {
        return node.isNull() || node.isMissingNode()
                ? null
                : TypedValues.read(type, node)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "value is " + node + " (expected one of type " + type.text() + ")"));
    }

    private static @Nullable Long micros(JsonNode node) {
        return node.isNumber() ? node.longValue() : null;
    }
}
