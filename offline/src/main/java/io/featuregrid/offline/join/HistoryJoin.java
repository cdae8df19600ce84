package io.featuregrid.offline.join;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SlidingTimeWindowArrayReservoir;
import com.codahale.metrics.Timer;
import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.VectorType;
import io.featuregrid.planner.plan.CallPlan;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Lookup;
import io.featuregrid.planner.plan.TrainingSetPlan.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The point-in-time join over history: runs a plan's look-ups in order, each over all rows of a window. */
public final class HistoryJoin implements TrainingSetJoin {
    /** About what one feature of one row takes while it is looked up and handed on: stamp, value, column, Arrow copy. */
    private static final long BYTES_A_VALUE = 64;

    private static final int METRIC_WINDOW_SECONDS = 60;
    private static final long WINDOW_BYTES = 96L << 20;
    private static final int LEAST_WINDOW_ROWS = 4_096;

    private final TrainingSetPlan plan;
    private final List<PinnedTable> tables;
    private final Workers workers;
    private final Timer windows;
    private final Meter joinedRows;
    private final int windowRows;
    private final List<TypedColumn> spineColumns = new ArrayList<>();
    private final Cancellation cancellation = new Cancellation();

    /**
     * A join over pinned histories.
     *
     * @param tables one a look-up of the plan
     * @param metrics gets the timer {@code history.join}, of windows, and the meter {@code history.join.rows}
     */
    public HistoryJoin(
            TrainingSetPlan plan, List<PinnedTable> tables, Workers workers, int windowRows, MetricRegistry metrics) {
        this.plan = plan;
        this.tables = List.copyOf(tables);
        this.workers = workers;
        this.windows = metrics.timer(
                "history.join",
                () -> new Timer(new SlidingTimeWindowArrayReservoir(METRIC_WINDOW_SECONDS, TimeUnit.SECONDS)));
        this.joinedRows = metrics.meter("history.join.rows");
        this.windowRows = boundedRows(plan, windowRows);
        spineColumn(plan.time(), FeatureType.TIMESTAMP);
        for (Lookup lookup : plan.lookups()) {
            switch (lookup.keys()) {
                case Keys.Spine keys -> {
                    List<Feature> features = lookup.set().keyFeatures();
                    for (int column = 0; column < features.size(); column++) {
                        spineColumn(
                                keys.columns().get(column), features.get(column).type());
                    }
                }
                case Keys.Links links -> links.links().forEach(this::givenColumn);
                case Keys.None none -> {}
            }
        }
        plan.taken().columns().forEach(this::givenColumn);
    }

    @Override
    public List<TypedColumn> spineColumns() {
        return List.copyOf(spineColumns);
    }

    @Override
    public int windowRows() {
        return windowRows;
    }

    @Override
    public JoinedWindow join(FeatureBatch spine) {
        try (spine) {
            cancellation.check();
            JoinedWindow joined = windows.timeSupplier(() -> new Window(spine).join());
            joinedRows.mark(spine.rows());
            return joined;
        }
    }

    @Override
    public String snapshot() {
        return tables.stream()
                .map(table -> table.snapshot().describe())
                .distinct()
                .sorted()
                .collect(Collectors.joining(","));
    }

    @Override
    public void cancel() {
        cancellation.cancel();
    }

    @Override
    public void close() {
        cancellation.cancel();
    }

    /** Fewer rows for more features, so that a window's memory stays the same. */
    private static int boundedRows(TrainingSetPlan plan, int most) {
        long bytes = 0;
        for (Source column : plan.taken().columns()) {
            bytes += bytesAValue(column.feature().type());
        }
        for (CallPlan.Call call : plan.calls().calls()) {
            bytes += bytesOfValues(call.outputs());
        }
        for (Lookup lookup : plan.lookups()) {
            bytes += bytesOfValues(lookup.stored());
        }
        return boundedRows(bytes, most);
    }

    /** What the values of a row weigh, for {@link #boundedRows(long, int)}. */
    static long bytesOfValues(List<Feature> features) {
        long bytes = 0;
        for (Feature feature : features) {
            bytes += bytesAValue(feature.type());
        }
        return bytes;
    }

    /** The most rows that may be looked up at once, of so many bytes each. */
    static int boundedRows(long bytes, int most) {
        long rows = WINDOW_BYTES / Math.max(1, bytes);
        return (int) Math.min(most, Math.max(LEAST_WINDOW_ROWS, rows));
    }

    private static long bytesAValue(FeatureType type) {
        return type instanceof VectorType vector
                ? BYTES_A_VALUE + (long) vector.length() * vector.element().width()
                : BYTES_A_VALUE;
    }

    private void givenColumn(Source source) {
        if (source instanceof Source.Given given) {
            spineColumn(given.column(), given.feature().type());
        }
    }

    private int spineColumn(String name, FeatureType type) {
        TypedColumn column = new TypedColumn(name, type);
        if (!spineColumns.contains(column)) {
            spineColumns.add(column);
        }
        return spineColumns.indexOf(column);
    }

    /** One window: the look-ups that are done so far, and the values that come out of them. */
    private final class Window {
        private final FeatureBatch spine;
        private final int rows;
        private final long[] times;
        private final boolean[] timed;
        private final List<SpineRows> looked = new ArrayList<>();
        private final List<Found> found = new ArrayList<>();

        Window(FeatureBatch spine) {
            this.spine = spine;
            this.rows = spine.rows();
            this.times = new long[rows];
            this.timed = new boolean[rows];
            Column time = given(plan.time(), FeatureType.TIMESTAMP);
            for (int row = 0; row < rows; row++) {
                timed[row] = time.hasValue(row);
                times[row] = timed[row] ? time.longAt(row) : 0;
            }
        }

        JoinedWindow join() {
            for (int index = 0; index < plan.lookups().size(); index++) {
                Lookup lookup = plan.lookups().get(index);
                SpineRows entities = entities(lookup);
                looked.add(entities);
                found.add(new SetLookup(lookup.set(), tables.get(index), plan.asOf(), workers, cancellation)
                        .run(entities, lookup.stored(), lookup.existence()));
            }
            List<String> names = new ArrayList<>();
            List<Column> columns = new ArrayList<>();
            for (Source source : plan.taken().columns()) {
                names.add(Integer.toString(columns.size()));
                columns.add(values(source).build());
            }
            return new JoinedWindow(FeatureBatch.onHeap(names, columns, rows), times, timed);
        }

        private SpineRows entities(Lookup lookup) {
            List<FeatureType> types =
                    lookup.set().keyFeatures().stream().map(Feature::type).toList();
            EntityKeys keys =
                    new EntityKeys(types.stream().map(FeatureType::columnType).toList(), rows);
            return switch (lookup.keys()) {
                case Keys.None none -> new SpineRows(keys, times, new boolean[rows]);
                case Keys.Spine columns -> {
                    boolean[] known = timed.clone();
                    for (int column = 0; column < types.size(); column++) {
                        Column values = given(columns.columns().get(column), types.get(column));
                        for (int row = 0; row < rows; row++) {
                            known[row] &= values.hasValue(row);
                            if (known[row]) {
                                keys.set(row, column, values, row);
                            }
                        }
                    }
                    yield new SpineRows(keys, times, known);
                }
                case Keys.Links links -> {
                    boolean[] known = timed.clone();
                    for (int column = 0; column < types.size(); column++) {
                        setKey(keys, column, values(links.links().get(column)), known);
                    }
                    yield new SpineRows(keys, times, known);
                }
            };
        }

        private void setKey(EntityKeys keys, int column, ColumnBuilder values, boolean[] known) {
            for (int row = 0; row < rows; row++) {
                known[row] &= values.hasValue(row);
                if (!known[row]) {
                    continue;
                }
                if (keys.type(column) == ColumnType.INT64) {
                    keys.setLong(row, column, values.bitsAt(row));
                } else {
                    keys.setBytes(row, column, values.bytesAt(row));
                }
            }
        }

        private ColumnBuilder values(Source source) {
            return switch (source) {
                case Source.Stored stored -> found.get(stored.lookup()).values(stored.feature());
                case Source.Key key -> keyValues(key);
                case Source.Given given -> {
                    Column values = given(given.column(), given.feature().type());
                    ColumnBuilder builder = new ColumnBuilder(values.type(), rows);
                    for (int row = 0; row < rows; row++) {
                        builder.copy(row, values, row);
                    }
                    yield builder;
                }
            };
        }

        private ColumnBuilder keyValues(Source.Key key) {
            SpineRows entities = looked.get(key.lookup());
            boolean followed = plan.lookups().get(key.lookup()).keys() instanceof Keys.Links;
            ColumnBuilder builder = new ColumnBuilder(key.feature().type().columnType(), rows);
            for (int row = 0; row < rows; row++) {
                if (!entities.known(row)
                        || (followed && !found.get(key.lookup()).exists(row))) {
                    continue;
                }
                if (builder.type().variable()) {
                    builder.setBytes(row, entities.keys().bytesAt(row, key.position()));
                } else {
                    builder.setBits(row, entities.keys().longAt(row, key.position()));
                }
            }
            return builder;
        }

        private Column given(String name, FeatureType type) {
            return spine.column(spineColumns.indexOf(new TypedColumn(name, type)));
        }
    }
}
