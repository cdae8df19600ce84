package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes what a training set does not take from observations. Safe for use by several threads. */
public final class TrainingSetCalls {
    private final CallRunner runner;

    public TrainingSetCalls(CallRunner runner) {
        this.runner = runner;
    }

    /**
     * The outputs of some rows, in the order of the plan's.
     *
     * @param columns a column for each that the plan takes; stays the caller's, and the outputs may lie in it
     * @param times each row's T in microseconds
     * @param timed which rows have a T; in the others every computed value is MISSING
     */
    public Outputs compute(TrainingSetPlan plan, FeatureBatch columns, long[] times, boolean[] timed, String traceId) {
        CallResults results = new CallResults(plan.calls(), columns::column, columns.rows());
        List<Ref> wanted = plan.outputs().stream().map(Output::value).toList();
        runner.run(
                results,
                wanted,
                new CallRunner.Occasion(plan.catalogVersion(), traceId, times, timed, Deadline.NONE, null));
        return new Outputs(plan, results);
    }

    /** Outputs of some rows. For one thread. */
    public static final class Outputs {
        private final TrainingSetPlan plan;
        private final CallResults results;

        private Outputs(TrainingSetPlan plan, CallResults results) {
            this.plan = plan;
            this.results = results;
        }

        /** An output's values; MISSING where there is none, failed ones too; defaults not yet in their place. */
        public Column column(Output output) {
            return results.column(output.value());
        }

        /** Why a row's value could not be computed; null if it could, or need not. */
        public @Nullable CellFailure failure(Output output, int row) {
            return results.failure(output.value(), row);
        }

        /** Whether any of an output's values could not be computed. */
        public boolean failed(Output output) {
            return results.failed(output.value());
        }

        /** Which rows have all that is required of them. */
        public boolean[] kept() {
            boolean[] kept = new boolean[results.rows()];
            java.util.Arrays.fill(kept, true);
            for (Output output : plan.outputs()) {
                if (output.required()) {
                    Column column = column(output);
                    for (int row = 0; row < kept.length; row++) {
                        kept[row] &= column.isPresent(row);
                    }
                }
            }
            return kept;
        }
    }
}
