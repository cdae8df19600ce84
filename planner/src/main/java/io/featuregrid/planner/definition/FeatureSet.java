package io.featuregrid.planner.definition;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The features of one kind of entity.
 *
 * @param identity name, number and what the set remembers of its past
 * @param key the names of the key columns in order; none for a global set, which has one row
 * @param featureTime the feature that states when a row was true, or null
 * @param features all features, key columns and feature time among them, in the order of their definition
 */
public record FeatureSet(
        Identity identity,
        List<String> key,
        @Nullable String featureTime,
        List<Feature> features,
        List<Relation> relations) {
    /**
     * Who the set is and what it remembers of its past.
     *
     * @param number never reused
     * @param nextNumber the number that the next new feature gets
     * @param epoch grows when a name gets a new number
     * @param replaces whether an earlier set of the same name was removed, so that the history's table has another name
     */
    public record Identity(
            String name, int number, int nextNumber, int epoch, boolean replaces, List<RemovedFeature> removed) {
        public Identity {
            removed = List.copyOf(removed);
        }
    }

    public FeatureSet {
        key = List.copyOf(key);
        features = List.copyOf(features);
        relations = List.copyOf(relations);
    }

    public String name() {
        return identity.name();
    }

    public boolean global() {
        return key.isEmpty();
    }

    public Optional<Feature> feature(String name) {
        return features.stream().filter(feature -> feature.name().equals(name)).findFirst();
    }

    public Optional<Relation> relation(String name) {
        return relations.stream()
                .filter(relation -> relation.name().equals(name))
                .findFirst();
    }

    public boolean isKey(String name) {
        return key.contains(name);
    }

    /** The key columns in order. */
    public List<Feature> keyFeatures() {
        Map<String, Feature> byName = features.stream().collect(Collectors.toMap(Feature::name, Function.identity()));
        return key.stream().map(name -> require(byName, name)).toList();
    }

    /** All features but the key columns: what an observation can carry. */
    public List<Feature> carried() {
        Set<String> keys = new HashSet<>(key);
        return features.stream()
                .filter(feature -> !keys.contains(feature.name()))
                .toList();
    }

    /** The name of the set's history table. */
    public String table() {
        return identity.replaces() ? name() + "__" + identity.number() : name();
    }

    /** The name of a feature's column in the history table: its own, unless an earlier feature of that name has it. */
    public String column(Feature feature) {
        boolean taken =
                identity.removed().stream().anyMatch(removed -> removed.name().equals(feature.name()));
        return taken ? feature.name() + "__" + feature.number() : feature.name();
    }

    private static Feature require(Map<String, Feature> byName, String name) {
        Feature feature = byName.get(name);
        if (feature == null) {
            throw new IllegalStateException("key column '" + name + "' is no feature of its set");
        }
        return feature;
    }
}
