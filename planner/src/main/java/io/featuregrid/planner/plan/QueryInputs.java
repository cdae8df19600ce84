package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.plan.QueryPlan.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Given values as columns of their features' types. A null in a key column names no entity; any other null must be one that its feature allows. */
public final class QueryInputs {
    /** Whoever sends a column of the wrong type need not be told so a million times. */
    private static final int MOST_PROBLEMS = 100;

    private static final String NULL_REFUSED = "a value: the feature is declared without None";

    private final List<Problem> problems = new ArrayList<>();
    private final boolean bulk;

    private QueryInputs(boolean bulk) {
        this.bulk = bulk;
    }

    /**
     * The values of one row, in the order of the plan's inputs.
     *
     * @throws FeatureGridException VALIDATION_FAILED with every value that does not fit
     */
    public static FeatureBatch row(QueryPlan plan, List<JsonNode> values) {
        QueryInputs inputs = new QueryInputs(false);
        List<Column> columns = new ArrayList<>(values.size());
        for (int index = 0; index < values.size(); index++) {
            ColumnBuilder builder =
                    new ColumnBuilder(plan.inputs().get(index).feature().type().columnType(), 1);
            inputs.set(plan.inputs().get(index), builder, 0, values.get(index));
            columns.add(builder.build());
        }
        inputs.throwIfRefused();
        return FeatureBatch.onHeap(names(plan), columns, 1);
    }

    /**
     * The values of many rows, in the order of the plan's inputs; one row if nothing is given.
     *
     * @param values an array each
     * @throws FeatureGridException VALIDATION_FAILED with the values that do not fit; INVALID_QUERY if the arrays differ in length
     */
    public static FeatureBatch columns(QueryPlan plan, List<JsonNode> values) {
        QueryInputs inputs = new QueryInputs(true);
        int rows = values.isEmpty() ? 1 : values.getFirst().size();
        List<Column> columns = new ArrayList<>(values.size());
        for (int index = 0; index < values.size(); index++) {
            Input input = plan.inputs().get(index);
            JsonNode array = values.get(index);
            ColumnBuilder builder = new ColumnBuilder(input.feature().type().columnType(), rows);
            if (!array.isArray()) {
                inputs.invalid(input, "input '" + input.name() + "' is no array (expected one value a row)");
            } else if (array.size() != rows) {
                inputs.invalid(
                        input,
                        "input '" + input.name() + "' has " + array.size() + " values (expected " + rows
                                + ", as many as '" + plan.inputs().getFirst().name() + "')");
            } else {
                int row = 0;
                for (JsonNode value : array) {
                    inputs.set(input, builder, row++, value);
                }
            }
            columns.add(builder.build());
        }
        inputs.throwIfRefused();
        return FeatureBatch.onHeap(names(plan), columns, rows);
    }

    /**
     * Columns that came apart from the request, checked.
     *
     * @param batch a column for each input of the plan, in that order
     * @throws FeatureGridException VALIDATION_FAILED naming rows in which null is no value
     */
    public static FeatureBatch checked(QueryPlan plan, FeatureBatch batch) {
        QueryInputs inputs = new QueryInputs(true);
        for (int index = 0; index < batch.columns().size(); index++) {
            Input input = plan.inputs().get(index);
            Column column = batch.column(index);
            if (!input.key() && !input.feature().values().nullable()) {
                for (int row = 0; row < column.rows(); row++) {
                    if (!column.hasValue(row)) {
                        inputs.refused(input, row, "null", NULL_REFUSED);
                    }
                }
            }
        }
        inputs.throwIfRefused();
        return batch;
    }

    /** A refusal of a query of one row for its names, together with what is wrong with those of its values whose features are known. */
    public static FeatureGridException withValues(
            FeatureGridException refused, Catalog catalog, OnlineQueryRequest request) {
        QueryInputs inputs = new QueryInputs(false);
        for (int index = 0; index < request.values().size(); index++) {
            String name = request.shape().inputs().get(index);
            try {
                Feature feature = PathResolver.find(catalog, name);
                ColumnBuilder ignored = new ColumnBuilder(feature.type().columnType(), 1);
                inputs.set(
                        new Input(name, feature, true),
                        ignored,
                        0,
                        request.values().get(index));
            } catch (FeatureGridException unknown) {
                // The refusal says so already.
            }
        }
        List<Problem> all = new ArrayList<>(refused.problems());
        all.addAll(inputs.problems);
        return new FeatureGridException(all);
    }

    private void set(Input input, ColumnBuilder builder, int row, JsonNode value) {
        Feature feature = input.feature();
        if (value.isNull()) {
            if (!input.key() && !feature.values().nullable()) {
                refused(input, row, "null", NULL_REFUSED);
            }
            builder.setNull(row);
            return;
        }
        Optional<Object> read = TypedValues.read(feature.type(), value);
        if (read.isEmpty()) {
            String text = value.toString();
            refused(
                    input,
                    row,
                    text.length() <= 200 ? text : text.substring(0, 200) + "...",
                    "a value of type " + feature.type().text());
        } else {
            TypedValues.set(feature.type(), builder, row, read.get());
        }
    }

    private void refused(Input input, int row, String value, String expected) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(new Problem(
                    ErrorCode.VALIDATION_FAILED,
                    "'" + input.name() + "' is " + value + (bulk ? " in row " + row : "") + " (expected " + expected
                            + ")",
                    input.name()));
        }
    }

    private void invalid(Input input, String message) {
        problems.add(new Problem(ErrorCode.INVALID_QUERY, message, input.name()));
    }

    private void throwIfRefused() {
        if (!problems.isEmpty()) {
            throw new FeatureGridException(problems);
        }
    }

    private static List<String> names(QueryPlan plan) {
        return plan.inputs().stream().map(Input::name).toList();
    }
}
