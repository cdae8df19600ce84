package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.plan.CallPlan.Argument;
import io.featuregrid.planner.plan.CallPlan.Call;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.time.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** The calls of a plan as a person reads them. */
public final class CallPlanText {
    private final CallPlan plan;
    private final IntFunction<String> columns;

    /** @param columns describes the column of a number */
    public CallPlanText(CallPlan plan, IntFunction<String> columns) {
        this.plan = plan;
        this.columns = columns;
    }

    /** A line a level, and lines for each of its calls. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int level = 0; level < plan.levels(); level++) {
            lines.add("calls " + (level + 1) + ":");
            for (int index : plan.level(level)) {
                Call call = plan.calls().get(index);
                lines.add("  " + call.resolver().name() + " for " + call.path() + " gives "
                        + call.outputs().stream().map(Feature::name).collect(Collectors.joining(", ")) + ", "
                        + engine(call));
                for (int argument = 0; argument < call.arguments().size(); argument++) {
                    lines.add("    " + argument(call.arguments().get(argument)));
                }
                if (call.given()) {
                    lines.add("    depends on given values: logged, not stored online");
                }
            }
        }
        return lines;
    }

    /** Where a value is. */
    public String source(Ref ref) {
        return switch (ref) {
            case Ref.Base base -> columns.apply(base.column());
            case Ref.Missing missing -> "nothing: it comes with each request";
            case Ref.Result result -> {
                Call call = plan.calls().get(result.call());
                String computed = "computed by " + call.resolver().name() + " for " + call.path();
                yield result.stored() == Ref.Result.NEVER
                        ? computed
                        : columns.apply(result.stored()) + " where it is fresh, else " + computed;
            }
        };
    }

    /** What runs a call, and why. */
    private static String engine(Call call) {
        Long timeout = call.resolver().conditions().timeoutMicros();
        String limit = timeout == null ? "" : ", within " + Durations.format(timeout);
        return switch (call.resolver().body()) {
            case ResolverBody.Formula formula -> "interpreted";
            case ResolverBody.PythonFunction function ->
                "by a Python worker (" + function.frame().name().toLowerCase(Locale.ROOT) + "; " + function.reason()
                        + ")" + limit;
            case ResolverBody.JavaMethod method -> "by Java, " + method.type() + "." + method.method() + limit;
        };
    }

    private String argument(Argument argument) {
        return switch (argument) {
            case Argument.Now now -> "now";
            case Argument.Of of ->
                source(of.value())
                        + (of.value().feature().values().defaultValue() == null ? "" : ", else its default")
                        + (of.none() ? ", else None" : "");
        };
    }
}
