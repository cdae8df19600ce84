package io.featuregrid.offline.world;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Relation;
import io.featuregrid.planner.definition.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Definitions of a random world, which change as time goes on: {@code trip} has a {@code plane}, that has a {@code maker}; {@code world}
 * is global. Features are {@code f0} and so on, links to another set's key {@code to_*}.
 */
public final class RandomCatalog {
    private static final String LINK = "to_";
    private static final List<List<FeatureType>> KEYS = List.of(
            List.of(FeatureType.INT64),
            List.of(FeatureType.STRING),
            List.of(FeatureType.INT64, FeatureType.STRING),
            List.of(FeatureType.STRING, FeatureType.STRING));

    private final RandomValues random;
    private final int names;
    private final Map<String, FeatureSet> drafts = new LinkedHashMap<>();
    private Catalog catalog = Catalog.EMPTY;

    /**
     * A catalog at its first version.
     *
     * @param names how many features beside keys and links a set may have
     */
    public RandomCatalog(RandomValues random, int names) {
        this.random = random;
        this.names = names;
        addSet("world", List.of(), null);
        addSet("maker", random.oneOf(KEYS), null);
        addSet("plane", random.oneOf(KEYS), "maker");
        addSet("trip", random.oneOf(KEYS), "plane");
        apply();
    }

    public Catalog catalog() {
        return catalog;
    }

    public FeatureSet anySet() {
        return random.oneOf(catalog.sets());
    }

    public FeatureSet set(String name) {
        return catalog.set(name).orElseThrow();
    }

    /** A cell that fits the feature: link features lead to keys that others have. */
    public Object value(Feature feature) {
        return feature.name().startsWith(LINK) ? random.key(feature.type()) : random.value(feature.type());
    }

    /** Removes a feature, adds one, maybe under the name of a removed one, or changes a type. */
    public void change() {
        String name = random.oneOf(List.copyOf(drafts.keySet()));
        FeatureSet draft = drafts.get(name);
        if (draft == null) {
            throw new IllegalStateException(name);
        }
        String feature = "f" + random.between(0, names - 1);
        List<Feature> features = new ArrayList<>(draft.features());
        boolean present = features.removeIf(one -> one.name().equals(feature));
        if (!present || random.percent(40)) {
            features.add(randomFeature(feature));
        }
        drafts.put(name, Definitions.set(name, draft.key(), draft.featureTime(), features, draft.relations()));
        apply();
    }

    private void addSet(String name, List<FeatureType> key, @Nullable String target) {
        List<Feature> features = new ArrayList<>();
        List<String> keyNames = new ArrayList<>();
        for (FeatureType type : key) {
            keyNames.add("k" + keyNames.size());
            features.add(Definitions.required(keyNames.getLast(), type));
        }
        List<Relation> relations = new ArrayList<>();
        FeatureSet leads = target == null ? null : drafts.get(target);
        if (leads != null) {
            Map<String, String> on = new LinkedHashMap<>();
            for (Feature column : leads.keyFeatures()) {
                String link = LINK + target + "_" + column.name();
                on.put(column.name(), link);
                features.add(Definitions.feature(
                        link, new Values(column.type(), true, null, null, null), randomFreshness()));
            }
            relations.add(new Relation(leads.name(), leads.name(), on));
        }
        if (random.percent(30)) {
            relations.add(new Relation("everything", "world", Map.of()));
        }
        for (int index = 0; index < names; index++) {
            if (random.percent(70)) {
                features.add(randomFeature("f" + index));
            }
        }
        String featureTime = random.percent(30) ? "at" : null;
        if (featureTime != null) {
            features.add(Definitions.required(featureTime, FeatureType.TIMESTAMP));
        }
        drafts.put(name, Definitions.set(name, keyNames, featureTime, features, relations));
    }

    private Feature randomFeature(String name) {
        FeatureType type = random.oneOf(RandomTypes.ALL);
        return Definitions.feature(name, new Values(type, random.percent(80), null, null, null), randomFreshness());
    }

    private Freshness randomFreshness() {
        return new Freshness(
                random.percent(20) ? (long) random.between(0, 20) : null,
                random.percent(50) ? (long) random.between(0, 15) : null);
    }

    private void apply() {
        catalog = Definitions.apply(catalog, List.copyOf(drafts.values()));
    }
}
