package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Documentation;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.definition.ResolverInput;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.definition.Values;
import io.featuregrid.planner.execute.FunctionCall;
import io.featuregrid.planner.execute.FunctionResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls of {@code example.Scores.<method>}. */
final class Calls {
    private final String artifact;
    private final String method;
    private final List<FeatureType> inputTypes = new ArrayList<>();
    private final List<Column> inputs = new ArrayList<>();
    private final List<Feature> outputs = new ArrayList<>();
    private final int rows;

    Calls(String artifact, String method, int rows) {
        this.artifact = artifact;
        this.method = method;
        this.rows = rows;
    }

    /** Another parameter: its type and its boxed values, one a row. */
    Calls input(String type, @Nullable Object... values) {
        FeatureType parsed = FeatureType.parse(type);
        ColumnBuilder column = new ColumnBuilder(parsed.columnType(), rows);
        for (int row = 0; row < rows; row++) {
            TypedValues.set(parsed, column, row, values[row]);
        }
        inputTypes.add(parsed);
        inputs.add(column.build());
        return this;
    }

    Calls output(String type) {
        outputs.add(feature("out" + outputs.size(), type));
        return this;
    }

    static Feature feature(String name, String type) {
        return new Feature(
                name,
                1,
                0,
                new Values(FeatureType.parse(type), true, null, null, null),
                Freshness.UNDECLARED,
                Documentation.NONE);
    }

    Resolver resolver() {
        List<ResolverInput> paths = new ArrayList<>();
        inputTypes.forEach(type -> paths.add(new ResolverInput.Path("thing.in" + paths.size(), false)));
        return new Resolver(
                method,
                1,
                new Resolver.Signature(
                        "thing", paths, outputs.stream().map(Feature::name).toList()),
                new ResolverBody.JavaMethod(artifact, "example.Scores", method),
                Resolver.Conditions.NONE,
                Documentation.NONE);
    }

    List<Feature> outputs() {
        return outputs;
    }

    FunctionCall of(int catalogVersion) {
        List<String> names = new ArrayList<>();
        inputs.forEach(input -> names.add(Integer.toString(names.size())));
        return new FunctionCall(
                resolver(), inputTypes, outputs, FeatureBatch.onHeap(names, inputs, rows), catalogVersion, "trace");
    }

    /** The boxed values of an output. */
    List<@Nullable Object> values(FunctionResult result, int output) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            values.add(
                    TypedValues.box(outputs.get(output).type(), result.outputs().get(output), row));
        }
        return values;
    }
}
