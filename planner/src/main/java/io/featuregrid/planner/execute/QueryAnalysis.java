package io.featuregrid.planner.execute;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.Timing;
import java.util.List;

/** How an answer came about: what each step took, and where the values of each output were from. */
public final class QueryAnalysis {
    private static final double NANOS_A_MILLI = 1e6;

    private final QueryResult result;
    private final List<Timing> timings;

    /** The analysis of a result, which was run with these timings. */
    public QueryAnalysis(QueryResult result, List<Timing> timings) {
        this.result = result;
        this.timings = List.copyOf(timings);
    }

    private record Counts(int stored, int computed, int given, int missing, int failed) {}

    /** As a person reads it. */
    public String text() {
        StringBuilder text = new StringBuilder("took:\n");
        for (Timing timing : timings) {
            text.append("  ")
                    .append(timing.step())
                    .append(": %.3f ms, ".formatted(timing.nanos() / NANOS_A_MILLI))
                    .append(timing.rows())
                    .append(timing.rows() == 1 ? " row" : " rows")
                    .append(timing.place().isEmpty() ? "" : ", " + timing.place())
                    .append('\n');
        }
        text.append("values:\n");
        for (int output = 0; output < result.plan().outputs().size(); output++) {
            Counts counts = counts(output);
            text.append("  ")
                    .append(result.plan().outputs().get(output).name())
                    .append(':')
                    .append(part(counts.stored(), "stored"))
                    .append(part(counts.computed(), "computed"))
                    .append(part(counts.given(), "given"))
                    .append(part(counts.missing(), "missing"))
                    .append(part(counts.failed(), "failed"))
                    .append('\n');
        }
        return text.toString();
    }

    /** {@code {steps: [{step, ms, rows, place}], values: {output: {stored, computed, given, missing, failed}}}}. */
    public ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode steps = node.putArray("steps");
        for (Timing timing : timings) {
            steps.addObject()
                    .put("step", timing.step())
                    .put("ms", timing.nanos() / NANOS_A_MILLI)
                    .put("rows", timing.rows())
                    .put("place", timing.place());
        }
        ObjectNode values = node.putObject("values");
        for (int output = 0; output < result.plan().outputs().size(); output++) {
            Counts counts = counts(output);
            values.putObject(result.plan().outputs().get(output).name())
                    .put("stored", counts.stored())
                    .put("computed", counts.computed())
                    .put("given", counts.given())
                    .put("missing", counts.missing())
                    .put("failed", counts.failed());
        }
        return node;
    }

    private Counts counts(int output) {
        QueryPlan.Output asked = result.plan().outputs().get(output);
        Column column = result.column(output);
        boolean read = result.plan().stored(asked);
        int stored = 0;
        int computed = 0;
        int given = 0;
        int missing = 0;
        int failed = 0;
        for (int row = 0; row < column.rows(); row++) {
            if (result.failure(output, row) != null) {
                failed++;
            } else if (!column.isPresent(row)) {
                missing++;
            } else if (asked.value() instanceof Ref.Result called) {
                if (result.calls().stored(called, row)) {
                    stored++;
                } else {
                    computed++;
                }
            } else if (read) {
                stored++;
            } else {
                given++;
            }
        }
        return new Counts(stored, computed, given, missing, failed);
    }

    private static String part(int count, String what) {
        return count == 0 ? "" : " " + count + " " + what;
    }
}
