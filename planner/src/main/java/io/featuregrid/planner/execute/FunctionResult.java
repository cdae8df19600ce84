package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
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
}
