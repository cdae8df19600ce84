package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Resolver;
import java.util.List;

/**
 * One resolver and the rows to run it for.
 *
 * @param inputTypes a type for each input of the resolver
 * @param outputs a feature for each output of the resolver
 * @param inputs a column for each input of the resolver, in that order, under the names {@code 0}, {@code 1}, ...; never MISSING, null is
 *     None. Stays the caller's
 * @param catalogVersion the catalog that the resolver stands in
 * @param traceId of the request
 */
public record FunctionCall(
        Resolver resolver,
        List<FeatureType> inputTypes,
        List<Feature> outputs,
        FeatureBatch inputs,
        int catalogVersion,
        String traceId) {
    public FunctionCall {
        inputTypes = List.copyOf(inputTypes);
        outputs = List.copyOf(outputs);
    }
}
