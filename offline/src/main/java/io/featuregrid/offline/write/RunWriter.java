package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.CarrySets;
import io.featuregrid.offline.layout.HistoryTable;
import io.featuregrid.offline.layout.Locations;
import io.featuregrid.offline.layout.SystemColumns;
import io.featuregrid.offline.layout.TableLayout;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.plan.IngestPlan.CarriedColumn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.Table;

/** Writes a run: one sorted file for each carry set and bucket in it. */
final class RunWriter {
    /** By code. */
    private static final byte[][] ORIGINS = texts();

    private final HistoryTable history;
    private final RunColumns run;
    private final UUID ingest;
    private int written;

    RunWriter(HistoryTable history, RunColumns run, UUID ingest) {
        this.history = history;
        this.run = run;
        this.ingest = ingest;
    }

    private static byte[][] texts() {
        byte[][] texts = new byte[Origin.values().length + 1][];
        for (Origin origin : Origin.values()) {
            texts[origin.code()] = origin.text().getBytes(StandardCharsets.UTF_8);
        }
        return texts;
    }

    /** Writes all rows of the buffer, which stays as it is. */
    List<DataFile> write(RunBuffer buffer) throws IOException {
        int[] order = buffer.sorted();
        boolean shared = false;
        for (int row : order) {
            shared |= buffer.carried(row).carry() == CarrySets.SHARED;
        }
        List<Feature> features =
                run.carried().stream().map(CarriedColumn::feature).toList();
        Table table = history.prepare(run.set(), features, shared);
        List<DataFile> files = new ArrayList<>();
        int from = 0;
        while (from < order.length) {
            int to = from + 1;
            while (to < order.length && buffer.samePartition(order[from], order[to])) {
                to++;
            }
            files.add(writeFile(table, buffer, order, from, to));
            from = to;
        }
        return files;
    }

    private DataFile writeFile(Table table, RunBuffer buffer, int[] order, int from, int to) throws IOException {
        RunBuffer.CarriedRow carried = buffer.carried(order[from]);
        int bucket = buffer.bucket(order[from]);
        FileRows rows = new FileRows(table, buffer, order, carried.carry(), carried.features());
        Path path = history.newFile(ingest, written++, carried.carry(), bucket);
        HistoryFileWriter.Written file =
                new HistoryFileWriter(run.set().name(), rows.columns).write(path, rows, from, to);
        PartitionData partition = new PartitionData(table.spec().partitionType());
        partition.set(0, carried.carry());
        partition.set(1, bucket);
        return DataFiles.builder(table.spec())
                .withPath(Locations.of(path))
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(file.bytes())
                .withPartition(partition)
                .withMetrics(file.metrics())
                .build();
    }

    /** The columns of one file, read out of the buffer. */
    private final class FileRows implements HistoryFileWriter.Rows {
        private final List<FileColumn> columns = new ArrayList<>();
        private final List<Source> sources = new ArrayList<>();
        private final Table table;
        private final RunBuffer buffer;
        private final int[] order;

        /** Where a column's values come from. */
        private enum Kind {
            KEY,
            FEATURE,
            OBSERVED_AT,
            INSERTED_AT,
            SEQUENCE,
            ORIGIN,
            TOMBSTONE,
            CARRY,
            BUCKET,
            CARRIED
        }

        /**
         * One column's source.
         *
         * @param index which key column, or the position of a feature's column in the batches
         */
        private record Source(Kind kind, int index, int feature) {}

        FileRows(Table table, RunBuffer buffer, int[] order, int carry, List<Integer> features) {
            this.table = table;
            this.buffer = buffer;
            this.order = order;
            List<Feature> keys = run.set().keyFeatures();
            for (int index = 0; index < keys.size(); index++) {
                Feature key = keys.get(index);
                add(key.name(), key.type().columnType(), true, new Source(Kind.KEY, index, 0));
            }
            for (CarriedColumn column : run.carried()) {
                Feature feature = column.feature();
                boolean inFile = carry == CarrySets.SHARED || features.contains(feature.number());
                if (inFile && carry != CarrySets.TOMBSTONE_OF_ALL) {
                    String property = table.properties().get(TableLayout.fieldProperty(feature.number()));
                    columns.add(new FileColumn(
                            run.set().column(feature),
                            feature.type().columnType(),
                            Integer.parseInt(java.util.Objects.requireNonNull(property)),
                            false,
                            feature.type().columnType() == ColumnType.TIMESTAMP));
                    sources.add(new Source(Kind.FEATURE, column.position(), feature.number()));
                }
            }
            add(SystemColumns.OBSERVED_AT, ColumnType.TIMESTAMP, true, new Source(Kind.OBSERVED_AT, 0, 0));
            add(SystemColumns.INSERTED_AT, ColumnType.TIMESTAMP, true, new Source(Kind.INSERTED_AT, 0, 0));
            add(SystemColumns.SEQUENCE, ColumnType.INT64, true, new Source(Kind.SEQUENCE, 0, 0));
            add(SystemColumns.ORIGIN, ColumnType.STRING, false, new Source(Kind.ORIGIN, 0, 0));
            add(SystemColumns.TOMBSTONE, ColumnType.BOOL, false, new Source(Kind.TOMBSTONE, 0, 0));
            add(SystemColumns.CARRY, ColumnType.INT32, false, new Source(Kind.CARRY, 0, 0));
            if (TableLayout.hasBucketColumn(run.set())) {
                add(SystemColumns.BUCKET, ColumnType.INT32, false, new Source(Kind.BUCKET, 0, 0));
            }
            if (carry == CarrySets.SHARED) {
                add(SystemColumns.CARRIED, ColumnType.BINARY, false, new Source(Kind.CARRIED, 0, 0));
            }
        }

        private void add(String name, ColumnType type, boolean ordered, Source source) {
            columns.add(new FileColumn(
                    name, type, table.schema().findField(name).fieldId(), source.kind() != Kind.CARRIED, ordered));
            sources.add(source);
        }

        @Override
        public boolean hasValue(int row, int column) {
            Source source = sources.get(column);
            if (source.kind() != Kind.FEATURE) {
                return true;
            }
            int buffered = order[row];
            RunBuffer.CarriedRow carried = buffer.carried(buffered);
            return !carried.tombstone()
                    && (carried.carry() != CarrySets.SHARED
                            || carried.features().contains(source.feature()))
                    && buffer.column(buffered, source.index()).hasValue(buffer.rowInBatch(buffered));
        }

        @Override
        public long bitsAt(int row, int column) {
            int buffered = order[row];
            Source source = sources.get(column);
            return switch (source.kind()) {
                case KEY -> buffer.keys().longAt(buffered, source.index());
                case FEATURE -> buffer.column(buffered, source.index()).bitsAt(buffer.rowInBatch(buffered));
                case OBSERVED_AT -> buffer.observedAt(buffered);
                case INSERTED_AT -> buffer.insertedAt(buffered);
                case SEQUENCE -> buffer.sequence(buffered);
                case TOMBSTONE -> buffer.carried(buffered).tombstone() ? 1 : 0;
                case CARRY -> buffer.carried(buffered).carry();
                case BUCKET -> buffer.bucket(buffered);
                case ORIGIN, CARRIED -> throw new IllegalArgumentException("bits of " + source.kind());
            };
        }

        @Override
        public byte[] bytesAt(int row, int column) {
            int buffered = order[row];
            Source source = sources.get(column);
            return switch (source.kind()) {
                case KEY -> buffer.keys().bytesAt(buffered, source.index());
                case FEATURE -> buffer.column(buffered, source.index()).bytesAt(buffer.rowInBatch(buffered));
                case ORIGIN -> ORIGINS[buffer.origin(buffered).code()];
                case CARRIED -> CarrySets.carriedBytes(buffer.carried(buffered).features());
                case OBSERVED_AT, INSERTED_AT, SEQUENCE, TOMBSTONE, CARRY, BUCKET ->
                    throw new IllegalArgumentException("bytes of " + source.kind());
            };
        }
    }
}
