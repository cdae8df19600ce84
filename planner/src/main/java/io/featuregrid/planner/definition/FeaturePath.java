package io.featuregrid.planner.definition;

import java.util.ArrayList;
import java.util.List;

/**
 * What a path leads to in one list of sets.
 *
 * @param set the set that the feature belongs to
 * @param links the features that are followed on the way, {@code set.feature} each
 */
public record FeaturePath(FeatureSet set, Feature feature, List<String> links) {
    /**
     * Follows a path.
     *
     * @throws IllegalArgumentException why the path leads nowhere
     */
    public static FeaturePath find(List<FeatureSet> sets, String path) {
        String[] parts = path.split("\\.", -1);
        if (parts.length < 2) {
            throw new IllegalArgumentException("'" + path + "' is no path (expected set.feature)");
        }
        FeatureSet set = set(sets, parts[0], path);
        List<String> links = new ArrayList<>();
        for (int part = 1; part < parts.length - 1; part++) {
            FeatureSet parent = set;
            String name = parts[part];
            Relation relation = parent.relation(name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "'" + path + "' is unknown: '" + parent.name() + "' has no relation '" + name + "'"));
            relation.on().values().forEach(link -> links.add(parent.name() + "." + link));
            set = set(sets, relation.set(), path);
        }
        FeatureSet last = set;
        String name = parts[parts.length - 1];
        Feature feature = last.feature(name)
                .orElseThrow(() -> new IllegalArgumentException("'" + path + "' is unknown: '" + last.name()
                        + "' has no feature '" + name + "' (expected one of "
                        + last.features().stream().map(Feature::name).toList() + ")"));
        return new FeaturePath(last, feature, List.copyOf(links));
    }

    /** {@code set.feature}. */
    String object() {
        return set.name() + "." + feature.name();
    }

    private static FeatureSet set(List<FeatureSet> sets, String name, String path) {
        return sets.stream()
                .filter(set -> set.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("'" + path + "' is unknown: there is no set '" + name + "'"));
    }
}
