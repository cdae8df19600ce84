package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.error.ProblemJson;
import io.featuregrid.planner.execute.CellFailure;
import io.featuregrid.planner.execute.QueryResult;
import io.featuregrid.planner.plan.QueryPlan.Lookup;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The values of an answer that could not be computed, each with its reason. */
final class QueryErrors {
    private static final byte[] NONE = JsonBytes.ascii("null");

    private QueryErrors() {}

    /** All of them in an array, or null if there are none. */
    static byte[] write(QueryResult result, boolean withRows) {
        ArrayNode errors = JsonNodeFactory.instance.arrayNode();
        for (int output = 0; output < result.plan().outputs().size(); output++) {
            if (!result.failed(output)) {
                continue;
            }
            for (int row = 0; row < result.rows(); row++) {
                if (result.failure(output, row) != null) {
                    ObjectNode error = write(result, output, row);
                    errors.add(withRows ? error.put("row", row) : error);
                }
            }
        }
        return errors.isEmpty() ? NONE : errors.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** One of them. */
    static ObjectNode write(QueryResult result, int output, int row) {
        CellFailure failure = result.failure(output, row);
        if (failure == null) {
            throw new IllegalArgumentException("output " + output + " of row " + row + " did not fail");
        }
        ObjectNode error = ProblemJson.write(new Problem(
                failure.code(),
                failure.message(),
                result.plan().outputs().get(output).name(),
                failure.resolver()));
        Lookup lookup =
                result.plan().lookups().get(result.plan().outputs().get(output).lookup());
        List<Column> keys = result.entity(output);
        if (keys.size() == 1 && keys.getFirst().hasValue(row)) {
            FeatureType type = lookup.set().keyFeatures().getFirst().type();
            Object key = TypedValues.box(type, keys.getFirst(), row);
            error.put("display_primary_key", key == null ? null : TypedValues.text(type, key));
            error.put(
                    "display_primary_key_fqn",
                    lookup.set().name() + "." + lookup.set().key().getFirst());
        }
        error.put("exception", failure.exception());
        return error;
    }
}
