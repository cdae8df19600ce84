package io.featuregrid.offline.world;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.offline.History;
import io.featuregrid.offline.HistoryPorts;
import io.featuregrid.offline.HistorySettings;
import io.featuregrid.offline.join.AsOfRead;
import io.featuregrid.offline.join.JoinedWindow;
import io.featuregrid.offline.join.TrainingSetJoin;
import io.featuregrid.offline.read.HistoryScan;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.offline.write.IngestCounts;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.CallRunner;
import io.featuregrid.planner.execute.FunctionRunners;
import io.featuregrid.planner.execute.MonotonicStamps;
import io.featuregrid.planner.execute.TrainingSetCalls;
import io.featuregrid.planner.plan.IngestOptions;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.time.AsOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A history on real files, driven with rows instead of batches. Closing it fails if a batch was left open. */
public final class HistoryDriver implements AutoCloseable {
    private static final TrainingSetCalls CALLS = new TrainingSetCalls(new CallRunner(FunctionRunners.formulasOnly()));

    private final Path home;
    private final HistorySettings settings;
    private final SettableClock clock;
    private final WatchedStore store = new WatchedStore();
    private final SettableErasures erasures = new SettableErasures();
    private final MetricRegistry metrics = new MetricRegistry();
    private final MonotonicStamps stamps;
    private final HistoryPorts ports;
    private final BatchMemory memory = new BatchMemory();
    private History history;

    public HistoryDriver(Path home, HistorySettings settings, SettableClock clock) {
        this(home, settings, clock, 1);
    }

    /** A history of the node with that number. */
    public HistoryDriver(Path home, HistorySettings settings, SettableClock clock, int nodeNumber) {
        this.home = home;
        this.settings = settings;
        this.clock = clock;
        this.stamps = new MonotonicStamps(clock, nodeNumber);
        this.ports = new HistoryPorts(stamps, store, erasures, metrics);
        this.history = History.open(home, settings, ports);
    }

    public HistoryDriver(Path home) {
        this(home, HistorySettings.DEFAULT, new SettableClock(1_000_000_000_000L));
    }

    public History history() {
        return history;
    }

    /** The online store that the history is joined to; it outlives a restart. */
    public WatchedStore store() {
        return store;
    }

    public MonotonicStamps stamps() {
        return stamps;
    }

    public SettableErasures erasures() {
        return erasures;
    }

    public MetricRegistry metrics() {
        return metrics;
    }

    public SettableClock clock() {
        return clock;
    }

    public BatchMemory memory() {
        return memory;
    }

    /** Ends the history and starts it again on the same folder. */
    public void restart() {
        history.close();
        history = History.open(home, settings, ports);
    }

    /** Ingests rows, each with a cell a column, as one batch. */
    public IngestCounts ingest(FeatureSet set, IngestOptions options, List<String> columns, List<List<Object>> rows) {
        return ingestBatches(set, options, columns, List.of(rows));
    }

    public IngestCounts ingestBatches(
            FeatureSet set, IngestOptions options, List<String> columns, List<List<List<Object>>> batches) {
        IngestPlan plan = IngestPlan.plan(set, options, columns);
        try (Ingest ingest = history.ingest(plan)) {
            for (List<List<Object>> rows : batches) {
                ingest.append(memory.batch(plan.columns(), rows));
            }
            return ingest.commit();
        }
    }

    /** A joined training set: a row of cells a spine row, and whether it is kept. */
    public record Joined(List<List<Object>> rows, List<Boolean> kept) {}

    /** Joins spine rows, each with a cell by column name, in windows of the given sizes. */
    public Joined join(TrainingSetPlan plan, List<Map<String, Object>> spine, int windowRows) {
        List<List<Object>> rows = new ArrayList<>();
        List<Boolean> kept = new ArrayList<>();
        try (TrainingSetJoin join = history.join(plan)) {
            List<TypedColumn> columns = join.spineColumns();
            for (int from = 0; from < spine.size(); from += windowRows) {
                List<List<Object>> window = new ArrayList<>();
                for (Map<String, Object> row : spine.subList(from, Math.min(from + windowRows, spine.size()))) {
                    window.add(columns.stream()
                            .map(column -> row.getOrDefault(column.name(), Cell.NULL))
                            .toList());
                }
                JoinedWindow joined = join.join(memory.batch(columns, window));
                try (FeatureBatch taken = joined.columns()) {
                    TrainingSetCalls.Outputs outputs =
                            CALLS.compute(plan, taken, joined.times(), joined.timed(), "trace");
                    List<TrainingSetPlan.Output> shown = plan.shown();
                    rows.addAll(rows(FeatureBatch.onHeap(
                            shown.stream().map(TrainingSetPlan.Output::name).toList(),
                            shown.stream().map(outputs::column).toList(),
                            taken.rows())));
                    for (boolean keep : outputs.kept()) {
                        kept.add(keep);
                    }
                }
            }
        }
        return new Joined(rows, kept);
    }

    /** Every entity as of one time: cells by feature name. */
    public List<Map<String, Object>> asOf(FeatureSet set, long time, AsOf asOf) {
        List<Map<String, Object>> entities = new ArrayList<>();
        try (AsOfRead read = history.asOf(set, time, asOf)) {
            for (FeatureBatch batch = read.next(); batch != null; batch = read.next()) {
                entities.addAll(named(batch));
            }
        }
        return entities;
    }

    /** All rows of a set's history: cells by column name. */
    public List<Map<String, Object>> scan(FeatureSet set) {
        List<Map<String, Object>> observations = new ArrayList<>();
        try (HistoryScan scan = history.scan(set)) {
            for (FeatureBatch batch = scan.next(); batch != null; batch = scan.next()) {
                observations.addAll(named(batch));
            }
        }
        return observations;
    }

    @Override
    public void close() {
        history.close();
        if (memory.open() != 0) {
            throw new AssertionError(memory.open() + " batches are not closed");
        }
    }

    private static List<Map<String, Object>> named(FeatureBatch batch) {
        List<String> names = batch.names();
        List<Map<String, Object>> named = new ArrayList<>();
        for (List<Object> row : rows(batch)) {
            Map<String, Object> cells = new LinkedHashMap<>();
            for (int column = 0; column < names.size(); column++) {
                cells.put(names.get(column), row.get(column));
            }
            named.add(cells);
        }
        return named;
    }

    private static List<List<Object>> rows(FeatureBatch batch) {
        try (batch) {
            List<List<Object>> rows = new ArrayList<>();
            for (int row = 0; row < batch.rows(); row++) {
                List<Object> cells = new ArrayList<>();
                for (int column = 0; column < batch.columns().size(); column++) {
                    cells.add(Cell.at(batch.column(column), row));
                }
                rows.add(cells);
            }
            return rows;
        }
    }
}
