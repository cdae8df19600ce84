package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.NamedQuery;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a query's plan depends on, beside the catalog: queries of one shape have one plan.
 *
 * @param inputs the names of the given values, in the order of the request
 * @param outputs the paths asked for, in the order of the answer; none if a named query has them
 * @param staleness the max staleness to go by in place of the declared one, in microseconds, by path or by {@code set.feature}
 */
public record QueryShape(List<String> inputs, List<String> outputs, Map<String, Long> staleness, Choice choice) {
    public QueryShape {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        staleness = Map.copyOf(staleness);
    }

    /** A shape without name and tags. */
    public QueryShape(List<String> inputs, List<String> outputs, Map<String, Long> staleness, boolean defaults) {
        this(inputs, outputs, staleness, defaults ? Choice.PLAIN : Choice.WITHOUT_DEFAULTS);
    }

    /**
     * What is chosen beside inputs and outputs.
     *
     * @param query the named query that is meant, or null
     * @param tags which resolvers may run
     * @param requiredTags which tags a resolver must have to run
     * @param defaults whether MISSING shows as the feature's default
     */
    public record Choice(
            NamedQuery.@Nullable Reference query, List<String> tags, List<String> requiredTags, boolean defaults) {
        static final Choice PLAIN = new Choice(null, List.of(), List.of(), true);
        static final Choice WITHOUT_DEFAULTS = new Choice(null, List.of(), List.of(), false);

        public Choice {
            tags = List.copyOf(tags);
            requiredTags = List.copyOf(requiredTags);
        }
    }

    public boolean defaults() {
        return choice.defaults();
    }

    /** How many names the plan has to do with: what it takes to keep it. */
    public int size() {
        return inputs.size()
                + outputs.size()
                + staleness.size()
                + choice.tags().size()
                + choice.requiredTags().size();
    }
}
