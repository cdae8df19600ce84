package io.featuregrid.offline.write;

import com.codahale.metrics.Meter;
import io.featuregrid.offline.layout.HistoryTable;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.ObservationSink;
import io.featuregrid.planner.plan.IngestPlan.CarriedColumn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes drained segments: files by carry set and bucket, and one commit of them and the segments' numbers, so that a segment is in history
 * once, however often it is handed over. The number of the last one of each shard is the table's property {@code drained.<shard>}. Segments
 * that come together share files and commit: a few rows of each of 16 shards are 16 files, one a bucket, and not 256.
 */
public final class SegmentWriter implements ObservationSink {
    private static final String PROPERTY = "drained.";
    private static final List<String> STAMPS = List.of(
            ObservationColumns.OBSERVED_AT,
            ObservationColumns.INSERTED_AT,
            ObservationColumns.SEQUENCE,
            ObservationColumns.ORIGIN,
            ObservationColumns.TOMBSTONE);
    private static final int OBSERVED_AT = 0;
    private static final int INSERTED_AT = 1;
    private static final int SEQUENCE = 2;
    private static final int ORIGIN = 3;
    private static final int TOMBSTONE = 4;

    private final WriteServices services;
    private final Erasures erasures;
    private final Meter drainedRows;

    public SegmentWriter(WriteServices services) {
        this.services = services;
        this.erasures = services.erasures();
        this.drainedRows = services.metrics().meter("history.drain.rows");
    }

    @Override
    public long drained(FeatureSet set, int shard) {
        return number(services.catalog().table(set.table()).properties(), shard);
    }

    @Override
    public void drain(FeatureSet set, List<ShardSegment> segments) {
        List<ShardSegment> open = open(set, segments);
        // A commit that another process spoils with a segment of its own leaves fewer of them: so this ends.
        while (!open.isEmpty() && !write(set, open)) {
            open = open(set, open);
        }
    }

    private List<ShardSegment> open(FeatureSet set, List<ShardSegment> segments) {
        Map<String, String> properties = services.catalog().table(set.table()).properties();
        return segments.stream()
                .filter(segment -> number(properties, segment.shard()) < segment.number())
                .toList();
    }

    /** Writes and commits segments; false if history meanwhile holds one of them, and then nothing is kept. */
    private boolean write(FeatureSet set, List<ShardSegment> segments) {
        HistoryTable table = services.catalog().table(set.table());
        List<FeatureBatch> observations = segments.stream()
                .flatMap(segment -> segment.observations().stream())
                .toList();
        RunColumns columns = columns(set, observations);
        String id = segments.stream()
                .map(segment -> segment.shard() + "/" + segment.number())
                .collect(Collectors.joining(" ", "segments ", ""));
        try (RunFiles files = new RunFiles(columns, table, services.journal(), id, OptionalLong.empty())) {
            Aligned aligned = new Aligned(columns, files.carriedRows(), erasures.of(set));
            long rows = 0;
            for (FeatureBatch batch : observations) {
                rows += aligned.add(batch, files);
                files.flushIfFull();
            }
            HistoryTable.Addition addition = files.finish();
            table.prepare(set, List.of(), false);
            if (!table.commit(addition, properties -> numbers(properties, segments))) {
                return false;
            }
            files.committed();
            services.journal().forget(files.entry());
            drainedRows.mark(rows);
            return true;
        }
    }

    /** The properties that a commit of segments sets; null if history holds one of them. */
    private static @Nullable Map<String, String> numbers(Map<String, String> properties, List<ShardSegment> segments) {
        Map<String, String> numbers = new LinkedHashMap<>();
        for (ShardSegment segment : segments) {
            if (number(properties, segment.shard()) >= segment.number()) {
                return null;
            }
            numbers.put(PROPERTY + segment.shard(), Long.toString(segment.number()));
        }
        return numbers;
    }

    private static long number(Map<String, String> properties, int shard) {
        return Long.parseLong(properties.getOrDefault(PROPERTY + shard, "0"));
    }

    /** The key, and behind it every feature that one of the batches has. */
    private static RunColumns columns(FeatureSet set, List<FeatureBatch> observations) {
        Set<String> names = new LinkedHashSet<>();
        observations.forEach(batch -> names.addAll(
                batch.names().subList(set.key().size(), batch.names().size())));
        List<Feature> features = names.stream()
                .filter(name -> !name.startsWith("__"))
                .map(name -> set.feature(name)
                        .orElseThrow(() -> new IllegalArgumentException("observations of '" + set.name()
                                + "' have a column '" + name + "' (expected features of that set)")))
                .sorted(Comparator.comparingInt(Feature::number))
                .toList();
        List<CarriedColumn> carried = new ArrayList<>();
        for (Feature feature : features) {
            carried.add(new CarriedColumn(set.key().size() + carried.size(), feature));
        }
        return new RunColumns(set, IntStream.range(0, set.key().size()).boxed().toList(), carried);
    }

    /** Batches of observations, whose columns differ, as batches of one form. */
    private static final class Aligned {
        private final RunColumns columns;
        private final CarriedRows carriedRows;
        private final ErasureList erased;

        Aligned(RunColumns columns, CarriedRows carriedRows, ErasureList erased) {
            this.columns = columns;
            this.carriedRows = carriedRows;
            this.erased = erased;
        }

        /** Adds a batch's rows to the files, without those that are erased; answers how many. The batch stays the caller's. */
        int add(FeatureBatch batch, RunFiles files) {
            int keys = columns.keys().size();
            List<String> names = new ArrayList<>(batch.names().subList(0, keys));
            List<Column> values = new ArrayList<>(batch.columns().subList(0, keys));
            for (CarriedColumn column : columns.carried()) {
                int position = batch.names().indexOf(column.feature().name());
                names.add(column.feature().name());
                values.add(
                        position < 0
                                ? new ColumnBuilder(column.feature().type().columnType(), batch.rows()).build()
                                : batch.column(position));
            }
            FeatureBatch aligned = FeatureBatch.onHeap(names, values, batch.rows());
            FeatureBatch stamps = stamps(batch);
            int[] kept = erased.isEmpty() ? null : notErased(batch, stamps);
            if (kept != null) {
                aligned = chosen(aligned, kept);
                stamps = chosen(stamps, kept);
            }
            files.add(aligned, runStamps(stamps), carriedRows(aligned, stamps.column(TOMBSTONE)));
            return aligned.rows();
        }

        private RunBuffer.CarriedRow[] carriedRows(FeatureBatch batch, Column tombstones) {
            List<Integer> present = new ArrayList<>();
            List<CarriedColumn> open = new ArrayList<>();
            for (CarriedColumn column : columns.carried()) {
                if (batch.column(column.position()).presence() == null) {
                    present.add(column.feature().number());
                } else {
                    open.add(column);
                }
            }
            RunBuffer.CarriedRow[] carried = new RunBuffer.CarriedRow[batch.rows()];
            for (int row = 0; row < carried.length; row++) {
                List<Integer> features = open.isEmpty() ? present : features(batch, row);
                carried[row] =
                        tombstones.booleanAt(row) ? carriedRows.tombstone(features) : carriedRows.values(features);
            }
            return carried;
        }

        private List<Integer> features(FeatureBatch batch, int row) {
            List<Integer> features = new ArrayList<>();
            for (CarriedColumn column : columns.carried()) {
                if (batch.column(column.position()).isPresent(row)) {
                    features.add(column.feature().number());
                }
            }
            return features;
        }

        /** The rows that no erasure hides; null if that is all of them. */
        private int @Nullable [] notErased(FeatureBatch batch, FeatureBatch stamps) {
            List<Column> keys = batch.columns().subList(0, columns.keys().size());
            int[] kept = IntStream.range(0, batch.rows())
                    .filter(row -> !erased.hides(
                            KeyBytes.of(keys, row),
                            stamps.column(INSERTED_AT).longAt(row),
                            stamps.column(SEQUENCE).longAt(row)))
                    .toArray();
            return kept.length == batch.rows() ? null : kept;
        }
    }

    /** The columns of a batch that say when and how, in the order of {@link #STAMPS}. */
    private static FeatureBatch stamps(FeatureBatch batch) {
        List<Column> columns = STAMPS.stream()
                .map(name -> batch.column(batch.names().indexOf(name)))
                .toList();
        return FeatureBatch.onHeap(STAMPS, columns, batch.rows());
    }

    private static RunBuffer.Stamps runStamps(FeatureBatch stamps) {
        RunBuffer.Stamps run = new RunBuffer.Stamps(stamps.rows());
        for (int row = 0; row < stamps.rows(); row++) {
            run.set(
                    row,
                    stamps.column(OBSERVED_AT).longAt(row),
                    stamps.column(INSERTED_AT).longAt(row),
                    stamps.column(SEQUENCE).longAt(row),
                    Origin.ofCode(stamps.column(ORIGIN).intAt(row)));
        }
        return run;
    }

    private static FeatureBatch chosen(FeatureBatch batch, int[] rows) {
        List<Column> columns =
                batch.columns().stream().map(column -> chosen(column, rows)).toList();
        return FeatureBatch.onHeap(batch.names(), columns, rows.length);
    }

    private static Column chosen(Column column, int[] rows) {
        ColumnBuilder builder = new ColumnBuilder(column.type(), rows.length);
        for (int row = 0; row < rows.length; row++) {
            builder.copy(row, column, rows[row]);
        }
        return builder.build();
    }
}
