package io.featuregrid.planner.definition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which resolvers need what others give, whichever entity it is of: a resolver that needs its own output of another entity would go on from
 * entity to entity without a bound.
 */
final class ResolverGraph {
    private final Map<String, List<String>> inputs = new LinkedHashMap<>();
    private final Map<String, List<String>> givers = new HashMap<>();

    /** Adds a resolver and the features that it needs, {@code set.feature} each. */
    void add(Resolver resolver, List<String> needed) {
        inputs.put(resolver.name(), needed);
        for (String output : resolver.outputs()) {
            givers.computeIfAbsent(resolver.set() + "." + output, missing -> new ArrayList<>())
                    .add(resolver.name());
        }
    }

    /** Circles, each as the names on it, of every knot at least one; no resolver is on two of them. */
    List<List<String>> cycles() {
        List<List<String>> cycles = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (String name : inputs.keySet()) {
            search(name, new LinkedHashSet<>(), done, cycles);
        }
        return cycles;
    }

    private void search(String name, Set<String> path, Set<String> done, List<List<String>> cycles) {
        if (path.contains(name)) {
            List<String> walked = new ArrayList<>(path);
            List<String> cycle = walked.subList(walked.indexOf(name), walked.size());
            cycles.add(List.copyOf(cycle));
            done.addAll(cycle);
            return;
        }
        if (done.contains(name)) {
            return;
        }
        path.add(name);
        for (String needed : inputs.getOrDefault(name, List.of())) {
            for (String giver : givers.getOrDefault(needed, List.of())) {
                if (!done.contains(name)) {
                    search(giver, path, done, cycles);
                }
            }
        }
        path.remove(name);
        done.add(name);
    }
}
