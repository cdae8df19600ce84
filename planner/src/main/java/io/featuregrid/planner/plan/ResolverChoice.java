package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rule that chooses among the resolvers of a feature. One with tags may run if the query has one of them; the one of which the query
 * has the most tags is taken.
 *
 * <pre>
 *   tags of the query: [eu, fast]
 *
 *   score &lt;- bureau               score
 *         &lt;- cache [fast]     =&gt;    &lt;- regional [eu, fast]
 *         &lt;- regional [eu, fast]
 * </pre>
 *
 * @param tags those of the query
 * @param required tags that every resolver must have to run
 */
record ResolverChoice(Set<String> tags, Set<String> required) {
    ResolverChoice {
        tags = Set.copyOf(tags);
        required = Set.copyOf(required);
    }

    /**
     * The resolver to run; empty if none may.
     *
     * @throws FeatureGridException INVALID_QUERY if several fit equally
     */
    Optional<Resolver> choose(String feature, List<Resolver> resolvers) {
        Resolver best = null;
        Resolver equal = null;
        int bestScore = -1;
        for (Resolver resolver : resolvers) {
            int score = score(resolver);
            if (score > bestScore) {
                best = resolver;
                equal = null;
                bestScore = score;
            } else if (score == bestScore && score >= 0) {
                equal = resolver;
            }
        }
        if (best != null && equal != null) {
            throw new FeatureGridException(List.of(new Problem(
                    ErrorCode.INVALID_QUERY,
                    "resolvers '" + best.name() + "' and '" + equal.name() + "' both give '" + feature
                            + "' and fit the tags " + sorted(tags) + " equally (expected tags that tell them apart)",
                    feature,
                    best.name())));
        }
        return Optional.ofNullable(best);
    }

    /** Why none may run, for a message. */
    String refusal(List<Resolver> resolvers) {
        StringBuilder text = new StringBuilder(
                "with the tags " + sorted(tags) + (required.isEmpty() ? "" : " and required tags " + sorted(required))
                        + " none of its resolvers may run (");
        for (int index = 0; index < resolvers.size(); index++) {
            Resolver resolver = resolvers.get(index);
            text.append(index == 0 ? "" : ", ")
                    .append('\'')
                    .append(resolver.name())
                    .append("' has ")
                    .append(resolver.conditions().tags());
        }
        return text.append(')').toString();
    }

    /** -1 if the resolver may not run, else how many tags fit. */
    private int score(Resolver resolver) {
        List<String> own = resolver.conditions().tags();
        if (!own.containsAll(required)) {
            return -1;
        }
        Set<String> fitting = new HashSet<>(own);
        fitting.retainAll(tags);
        return own.isEmpty() || !fitting.isEmpty() || !required.isEmpty() ? fitting.size() : -1;
    }

    private static List<String> sorted(Set<String> words) {
        return words.stream().sorted().toList();
    }
}
