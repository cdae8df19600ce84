package io.featuregrid.planner.definition;

import java.util.List;
import java.util.Map;

/**
 * What an apply changes. Objects are named {@code set}, {@code set.feature} and {@code set.relation}.
 *
 * @param details what changed about an object, or is lost with it, as a person reads it
 */
public record CatalogDiff(List<String> added, List<String> changed, List<String> removed, Map<String, String> details) {
    public CatalogDiff {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        details = Map.copyOf(details);
    }

    public boolean isEmpty() {
        return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
    }
}
