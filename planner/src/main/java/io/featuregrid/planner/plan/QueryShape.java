package io.featuregrid.planner.plan;

import java.util.List;
import java.util.Map;

/**
 * What a query's plan depends on, beside the catalog: queries of one shape have one plan.
 *
 * @param inputs the names of the given values, in the order of the request
 * @param outputs the paths asked for, in the order of the answer
 * @param staleness the max staleness to go by in place of the declared one, in microseconds, by path or by {@code set.feature}
 * @param defaults whether MISSING shows as the feature's default
 */
public record QueryShape(List<String> inputs, List<String> outputs, Map<String, Long> staleness, boolean defaults) {
    public QueryShape {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        staleness = Map.copyOf(staleness);
    }

    /** How many names the plan has to do with: what it takes to keep it. */
    public int size() {
        return inputs.size() + outputs.size() + staleness.size();
    }
}
