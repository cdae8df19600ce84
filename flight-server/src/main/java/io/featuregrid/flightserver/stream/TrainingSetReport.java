package io.featuregrid.flightserver.stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what a training set's answer holds, for its last message. */
final class TrainingSetReport {
    private final Map<String, Long> missing = new LinkedHashMap<>();
    private final Map<String, Long> failed = new LinkedHashMap<>();
    private final long undrained;
    private long rows;
    private long dropped;

    /**
     * An empty report.
     *
     * @param outputs the columns to count in
     * @param undrained acknowledged observations that the training set may not see
     */
    TrainingSetReport(List<Output> outputs, long undrained) {
        this.undrained = undrained;
        outputs.forEach(output -> missing.put(output.name(), 0L));
    }

    void countRows(boolean[] kept) {
        for (boolean row : kept) {
            rows += row ? 1 : 0;
            dropped += row ? 0 : 1;
        }
    }

    /** Counts a column's MISSING and failed rows among those that are kept; defaults not applied. */
    void countMissing(String output, Column column, boolean[] kept, boolean[] failures) {
        if (column.presence() == null) {
            return;
        }
        long absent = 0;
        long broken = 0;
        for (int row = 0; row < column.rows(); row++) {
            if (kept[row] && !column.isPresent(row)) {
                absent += failures[row] ? 0 : 1;
                broken += failures[row] ? 1 : 0;
            }
        }
        missing.merge(output, absent, Long::sum);
        if (broken > 0) {
            failed.merge(output, broken, Long::sum);
        }
    }

    /**
     * The report as a client reads it.
     *
     * @param snapshot what was read of the histories
     */
    ObjectNode write(String traceId, String snapshot, int catalogVersion) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("rows", rows);
        report.put("dropped", dropped);
        ObjectNode counts = report.putObject("missing");
        missing.forEach(counts::put);
        ObjectNode failures = report.putObject("failed");
        failed.forEach(failures::put);
        report.put("trace_id", traceId);
        report.put("snapshot", snapshot);
        report.put("catalog_version", catalogVersion);
        report.put("undrained", undrained);
        return report;
    }
}
