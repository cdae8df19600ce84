package io.featuregrid.planner.definition;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A has-one from a set to another: the row of {@code set} whose key columns equal this set's link features.
 *
 * @param name how paths name it
 * @param set the set that it leads to
 * @param on link feature of this set by key column of the target, all key columns of it
 */
public record Relation(String name, String set, Map<String, String> on) {
    public Relation {
        on = Collections.unmodifiableMap(new LinkedHashMap<>(on));
    }
}
