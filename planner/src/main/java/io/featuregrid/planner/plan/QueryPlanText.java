package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.plan.QueryPlan.Lookup;
import io.featuregrid.planner.plan.QueryPlan.Output;
import io.featuregrid.planner.plan.QueryPlan.Read;
import io.featuregrid.planner.plan.QueryPlan.Value;
import io.featuregrid.planner.time.Durations;
import java.util.ArrayList;
import java.util.List;

/** A query's plan as a person reads it. */
public final class QueryPlanText {
    private final QueryPlan plan;
    private final StringBuilder text = new StringBuilder();

    private QueryPlanText(QueryPlan plan) {
        this.plan = plan;
    }

    /** The text of a plan, a line for each given value, read, call and output. */
    public static String of(QueryPlan plan) {
        return new QueryPlanText(plan).write();
    }

    private String write() {
        line("online query against catalog version " + plan.catalogVersion());
        for (QueryPlan.Input input : plan.inputs()) {
            line("given: " + input.name() + (input.key() ? ", a key" : ", instead of what is stored"));
        }
        for (int stage = 0; stage < plan.stages().size(); stage++) {
            line("stage " + (stage + 1) + ":");
            plan.stages().get(stage).reads().forEach(this::write);
        }
        if (plan.stages().isEmpty()) {
            line("nothing is read");
        }
        CallPlanText calls = new CallPlanText(
                plan.calls(), column -> source(plan.reading().columns().get(column)));
        calls.lines().forEach(this::line);
        for (Output output : plan.outputs()) {
            line("output " + output.name() + ": " + calls.source(output.value())
                    + shownAs(output.value().feature()));
        }
        return text.toString();
    }

    private void write(Read read) {
        for (int lookup : read.lookups()) {
            line("  read '" + read.set().name() + "' for "
                    + plan.lookups().get(lookup).path() + " by "
                    + keys(plan.lookups().get(lookup)));
        }
        if (read.features().isEmpty()) {
            line("    only whether there is a row");
        }
        for (int index = 0; index < read.features().size(); index++) {
            long age = read.maxAgesMicros().at(index);
            line("    " + read.features().get(index).name()
                    + (age == Durations.INFINITY ? " of any age" : " not older than " + Durations.format(age)));
        }
    }

    private String keys(Lookup lookup) {
        if (lookup.set().global()) {
            return "its one row";
        }
        List<String> pairs = new ArrayList<>();
        for (int column = 0; column < lookup.keys().size(); column++) {
            pairs.add(lookup.set().key().get(column) + " = "
                    + source(lookup.keys().get(column)));
        }
        return String.join(", ", pairs);
    }

    private String source(Value value) {
        return switch (value) {
            case Value.Given given ->
                "given " + plan.inputs().get(given.input()).name();
            case Value.Key key ->
                "the key of " + plan.lookups().get(key.lookup()).path();
            case Value.Stored stored ->
                "stored " + plan.lookups().get(stored.lookup()).path() + "."
                        + stored.feature().name();
        };
    }

    private String shownAs(Feature feature) {
        Object value = feature.values().defaultValue();
        return value == null || !plan.defaults()
                ? ""
                : "; MISSING shows as " + TypedValues.write(feature.type(), value);
    }

    private void line(String words) {
        text.append(words).append('\n');
    }
}
