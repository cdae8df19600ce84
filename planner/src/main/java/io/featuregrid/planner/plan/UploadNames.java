package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the names of an upload stand for. */
record UploadNames(Map<FeatureSet, List<Feature>> bySet) {
    /**
     * Names against one catalog.
     *
     * @param observedAt the option of that name: a name that it states need be no feature
     * @throws FeatureGridException PARSE_FAILED with every unknown name
     */
    UploadNames(Catalog catalog, Set<String> names, @Nullable String observedAt) {
        this(find(catalog, names, observedAt));
    }

    private static Map<FeatureSet, List<Feature>> find(
            Catalog catalog, Set<String> names, @Nullable String observedAt) {
        Map<String, FeatureSet> sets = new LinkedHashMap<>();
        Map<String, List<Feature>> found = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (String name : names) {
            int dot = name.indexOf('.');
            String prefix = dot < 0 ? "" : name.substring(0, dot);
            Optional<FeatureSet> set = Optional.ofNullable(sets.get(prefix)).or(() -> catalog.set(prefix));
            Optional<Feature> feature = set.flatMap(known -> known.feature(name.substring(dot + 1)));
            if (feature.isPresent()) {
                sets.put(prefix, set.orElseThrow());
                found.computeIfAbsent(prefix, missing -> new ArrayList<>()).add(feature.get());
            } else if (!name.equals(UploadRequest.TOMBSTONE) && !name.equals(observedAt)) {
                problems.add(new Problem(
                        ErrorCode.PARSE_FAILED,
                        "'" + name + "' of the upload is unknown (expected set.feature of "
                                + (set.isPresent()
                                        ? "'" + prefix + "': "
                                                + set.get().features().stream()
                                                        .map(Feature::name)
                                                        .toList()
                                        : catalog.sets().stream()
                                                .map(FeatureSet::name)
                                                .toList())
                                + ")",
                        name));
            }
        }
        if (!problems.isEmpty()) {
            throw new FeatureGridException(problems.size() > 100 ? problems.subList(0, 100) : problems);
        }
        Map<FeatureSet, List<Feature>> bySet = new LinkedHashMap<>();
        sets.forEach((prefix, set) -> bySet.put(set, found.getOrDefault(prefix, List.of())));
        return bySet;
    }
}
