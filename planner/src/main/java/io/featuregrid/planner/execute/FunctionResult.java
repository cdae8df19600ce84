package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a function gave.
 *
 * @param outputs a column for each output, of its feature's type, with a row for each row of the call; null where a failure says why. On
 *     the heap: need not be closed
 * @param failures in any order; at most one a row and output
 */
public record FunctionResult(List<Column> outputs, List<FunctionFailure> failures) {
    public FunctionResult {
        outputs = List.copyOf(outputs);
        failures = List.copyOf(failures);
    }

    /** Nothing but failures, of every row for the same reason. */
    public static FunctionResult failed(FunctionCall call, ErrorCode code, String message) {
        int rows = call.inputs().rows();
        List<Column> outputs = new ArrayList<>();
        for (Feature output : call.outputs()) {
            ColumnBuilder builder = new ColumnBuilder(output.type().columnType(), rows);
            for (int row = 0; row < rows; row++) {
                builder.setNull(row);
            }
            outputs.add(builder.build());
        }
        List<FunctionFailure> failures = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            failures.add(new FunctionFailure(row, FunctionFailure.ALL, code, message, null));
        }
        return new FunctionResult(outputs, failures);
    }
}
