package io.featuregrid.planner.execute;

/** Runs functions of one kind. Safe for use by several threads. */
public interface FunctionRunner {
    /**
     * Runs a function over all rows of a call. A function that throws, hangs, dies or gives what does not fit its outputs fails only rows
     * of this call. Values are converted to the outputs' types where nothing is lost; bounds and nulls are the caller's to check.
     *
     * @param deadline after which the call's rows fail with RESOLVER_TIMED_OUT
     */
    FunctionResult run(FunctionCall call, Deadline deadline);
}
