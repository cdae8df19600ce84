package io.featuregrid.planner.execute;

import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.error.ErrorCode;
import java.util.concurrent.Executor;

/**
 * Who runs which functions. Safe for use by several threads.
 *
 * @param formulas never waits
 * @param python may wait
 * @param java may wait
 * @param executor for what may wait: each task gets a thread of its own
 * @param timeoutMicros for one call of a function that declares none
 */
public record FunctionRunners(
        FunctionRunner formulas, FunctionRunner python, FunctionRunner java, Executor executor, long timeoutMicros) {
    private static final long STANDARD_TIMEOUT_MICROS = 30_000_000;

    /** Computes formulas only: every row of any other function fails. */
    public static FunctionRunners formulasOnly() {
        FunctionRunner refusing = (call, deadline) -> FunctionResult.failed(
                call,
                ErrorCode.RESOLVER_FAILED,
                "'" + call.resolver().name() + "' was not run: only expressions are computed here");
        return new FunctionRunners(new ExpressionRunner(), refusing, refusing, Runnable::run, STANDARD_TIMEOUT_MICROS);
    }

    FunctionRunner of(Resolver resolver) {
        return switch (resolver.body()) {
            case ResolverBody.Formula formula -> formulas;
            case ResolverBody.PythonFunction function -> python;
            case ResolverBody.JavaMethod method -> java;
        };
    }
}
