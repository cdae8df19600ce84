package io.featuregrid.planner.definition;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole catalog as somebody wants it: definitions without numbers, each valid by itself and against the others.
 *
 * @param baseVersion the catalog version that it was planned from, or null if the caller only asks for the difference
 * @param replace whether a feature may lose its data to a change of its type, and a set to a change of its key
 * @param functions resolvers and queries; the resolvers have no versions yet
 * @param sources where an object was defined, {@code file:line} by object
 */
public record Proposal(
        @Nullable Integer baseVersion,
        boolean replace,
        List<FeatureSet> sets,
        Functions functions,
        Map<String, String> sources) {
    public Proposal {
        sets = List.copyOf(sets);
        sources = Map.copyOf(sources);
    }
}
