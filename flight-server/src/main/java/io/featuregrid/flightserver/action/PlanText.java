package io.featuregrid.flightserver.action;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.plan.CallPlanText;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Lookup;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import io.featuregrid.planner.plan.TrainingSetPlan.Source;
import io.featuregrid.planner.time.AsOf;
import io.featuregrid.planner.time.Durations;
import io.featuregrid.planner.time.Timestamps;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The plan of a training set as a person reads it: its look-ups in order, and where each output comes from. */
final class PlanText {
    private final TrainingSetPlan plan;
    private final StringBuilder text = new StringBuilder();

    private PlanText(TrainingSetPlan plan) {
        this.plan = plan;
    }

    static String of(TrainingSetPlan plan) {
        PlanText writer = new PlanText(plan);
        writer.write();
        return writer.text.toString();
    }

    private void write() {
        line("training set, catalog version " + plan.catalogVersion());
        line("T is the spine column '" + plan.time() + "'; seen is what has " + asOf(plan.asOf()));
        line("look-ups:");
        for (int index = 0; index < plan.lookups().size(); index++) {
            Lookup lookup = plan.lookups().get(index);
            line("  " + (index + 1) + ". " + lookup.path() + ": set '"
                    + lookup.set().name() + "', " + keys(lookup));
            line("     reads " + reads(lookup));
        }
        CallPlanText calls = new CallPlanText(
                plan.calls(), column -> source(plan.taken().columns().get(column)));
        calls.lines().forEach(this::line);
        line("outputs:");
        for (Output output : plan.outputs()) {
            line("  " + output.name() + ": " + output.value().feature().type().text() + " from "
                    + calls.source(output.value()) + remarks(output));
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String asOf(AsOf asOf) {
        String delay = asOf.delayMicros() == 0 ? "" : " - " + Durations.format(asOf.delayMicros());
        String rule = "observed_at " + (asOf.exclusive() ? "< " : "<= ") + "T" + delay;
        return switch (asOf.cutoff()) {
            case AsOf.Cutoff.None none -> rule;
            case AsOf.Cutoff.Fixed fixed -> rule + " and inserted_at <= " + Timestamps.format(fixed.micros());
            case AsOf.Cutoff.Spine spine -> rule + " and inserted_at <= T";
        };
    }

    private String keys(Lookup lookup) {
        List<String> names = lookup.set().key();
        List<String> sources = new ArrayList<>();
        switch (lookup.keys()) {
            case Keys.Spine spine ->
                spine.columns().forEach(column -> sources.add("the spine column '" + column + "'"));
            case Keys.Links links -> links.links().forEach(link -> sources.add(source(link)));
            case Keys.None none -> {
                return "no entity: all its values are given";
            }
        }
        if (names.isEmpty()) {
            return "its one row";
        }
        List<String> pairs = new ArrayList<>();
        for (int index = 0; index < names.size(); index++) {
            pairs.add(names.get(index) + " = " + sources.get(index));
        }
        return String.join(", ", pairs);
    }

    private static String reads(Lookup lookup) {
        String stored = lookup.stored().stream()
                .map(feature -> feature.name() + ttl(feature))
                .collect(Collectors.joining(", "));
        if (stored.isEmpty()) {
            return lookup.existence() ? "only whether there is a row" : "nothing";
        }
        return stored + (lookup.existence() ? "; and whether there is a row" : "");
    }

    private static String ttl(Feature feature) {
        long ttl = feature.ttlMicros();
        return ttl == Durations.INFINITY ? "" : " (for " + Durations.format(ttl) + ")";
    }

    private String source(Source source) {
        return switch (source) {
            case Source.Stored stored ->
                "observations of '" + stored.feature().name() + "', look-up " + (stored.lookup() + 1);
            case Source.Key key -> "the key '" + key.feature().name() + "' of look-up " + (key.lookup() + 1);
            case Source.Given given -> "the spine column '" + given.column() + "', given";
        };
    }

    private String remarks(Output output) {
        StringBuilder remarks = new StringBuilder();
        Object value = output.value().feature().values().defaultValue();
        if (value != null && plan.defaults()) {
            remarks.append("; MISSING shows as ").append(value);
        }
        if (output.required()) {
            remarks.append("; MISSING drops the row");
        }
        if (!output.shown()) {
            remarks.append("; not shown");
        }
        return remarks.toString();
    }
}
