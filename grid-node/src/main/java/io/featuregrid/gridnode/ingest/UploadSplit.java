package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.arrow.ObservationStream;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.execute.ObservationLog.Upload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** An upload's rows, stamped and split by set and partition. */
final class UploadSplit {
    private final List<Part> parts;

    private UploadSplit(List<Part> parts) {
        this.parts = parts;
    }

    /**
     * Rows of one set and one partition: an entry to be.
     *
     * @param position of the first row in the whole request
     * @param rows observations with all their columns, on the heap
     * @param versions by which resolver versions they were computed
     * @param online whether they are for their online rows too
     */
    record Part(
            FeatureSet set,
            int partition,
            long position,
            FeatureBatch rows,
            ResolverVersions versions,
            boolean online) {}

    /** Splits an upload. Its rows stay the caller's. */
    static UploadSplit of(Upload upload, UploadRecord.Stamps stamps, Partitions partitions) {
        List<Part> parts = new ArrayList<>();
        long position = 0;
        for (SetRows rows : upload.sets()) {
            if (rows.observations().rows() > 0) {
                split(rows, new Stamping(stamps, upload.origin(), position), partitions, parts);
                position += rows.observations().rows();
            }
        }
        return new UploadSplit(parts);
    }

    List<Part> parts() {
        return parts;
    }

    /**
     * The entries.
     *
     * @param upload the id of the record they hang on, or null
     */
    List<LogEntry> entries(
            @Nullable String upload, int attempt, UploadRecord.Stamps stamps, BufferAllocator allocator) {
        List<LogEntry> entries = new ArrayList<>();
        for (Part part : parts) {
            EntryKey key = new EntryKey(
                    part.set().identity().number(),
                    part.partition(),
                    stamps.insertedAt(),
                    stamps.firstSequence() + part.position(),
                    attempt);
            byte[] bytes = ObservationStream.write(
                    new ObservationStream.Numbered(numbers(part), part.rows(), part.versions(), part.online()),
                    allocator);
            entries.add(new LogEntry(key, upload, part.rows().rows(), bytes));
        }
        return entries;
    }

    /** A number that other rows would most likely not have. */
    static int fingerprint(List<LogEntry> entries) {
        CRC32C checksum = new CRC32C();
        for (LogEntry entry : entries) {
            ByteBuffer key = ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES);
            key.putInt(entry.key().set())
                    .putInt(entry.key().partition())
                    .putLong(entry.key().sequence());
            checksum.update(key.flip());
            checksum.update(entry.observations());
        }
        return (int) checksum.getValue();
    }

    private record Stamping(UploadRecord.Stamps stamps, Origin origin, long position) {}

    private static void split(SetRows source, Stamping stamping, Partitions partitions, List<Part> parts) {
        FeatureSet set = source.set();
        FeatureBatch batch = source.observations();
        List<Column> keys = batch.columns().subList(0, set.key().size());
        int[] partitionOf = new int[batch.rows()];
        int[] starts = new int[partitions.count() + 1];
        for (int row = 0; row < batch.rows(); row++) {
            partitionOf[row] = partitions.partition(set, keys, row);
            starts[partitionOf[row] + 1]++;
        }
        for (int partition = 0; partition < partitions.count(); partition++) {
            starts[partition + 1] += starts[partition];
        }
        int[] ordered = new int[batch.rows()];
        int[] next = Arrays.copyOf(starts, partitions.count());
        for (int row = 0; row < batch.rows(); row++) {
            ordered[next[partitionOf[row]]++] = row;
        }
        for (int partition = 0; partition < partitions.count(); partition++) {
            int from = starts[partition];
            int to = starts[partition + 1];
            if (from < to) {
                int[] rows = Arrays.copyOfRange(ordered, from, to);
                parts.add(new Part(
                        set,
                        partition,
                        stamping.position() + rows[0],
                        stamped(set, batch, rows, stamping),
                        source.versions(),
                        source.online()));
            }
        }
    }

    private static FeatureBatch stamped(FeatureSet set, FeatureBatch batch, int[] rows, Stamping stamping) {
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (int index = 0; index < batch.columns().size(); index++) {
            String name = batch.names().get(index);
            Column column = batch.column(index);
            boolean system = name.startsWith("__");
            if (!system && (index < set.key().size() || carriedByAny(column, rows))) {
                names.add(name);
                columns.add(chosen(column, rows));
            }
        }
        UploadRecord.Stamps stamps = stamping.stamps();
        names.add(ObservationColumns.OBSERVED_AT);
        columns.add(observedAt(batch, rows, stamps.acceptedAt()));
        names.add(ObservationColumns.INSERTED_AT);
        columns.add(constant(ColumnType.TIMESTAMP, rows.length, stamps.insertedAt()));
        ColumnBuilder sequences = new ColumnBuilder(ColumnType.INT64, rows.length);
        for (int row = 0; row < rows.length; row++) {
            sequences.setBits(row, stamps.firstSequence() + stamping.position() + rows[row]);
        }
        names.add(ObservationColumns.SEQUENCE);
        columns.add(sequences.build());
        names.add(ObservationColumns.ORIGIN);
        columns.add(constant(ColumnType.INT32, rows.length, stamping.origin().code()));
        names.add(ObservationColumns.TOMBSTONE);
        int tombstone = batch.names().indexOf(ObservationColumns.TOMBSTONE);
        columns.add(tombstone < 0 ? constant(ColumnType.BOOL, rows.length, 0) : chosen(batch.column(tombstone), rows));
        return FeatureBatch.onHeap(names, columns, rows.length);
    }

    private static Column observedAt(FeatureBatch batch, int[] rows, long acceptedAt) {
        int given = batch.names().indexOf(ObservationColumns.OBSERVED_AT);
        ColumnBuilder builder = new ColumnBuilder(ColumnType.TIMESTAMP, rows.length);
        for (int row = 0; row < rows.length; row++) {
            boolean stated = given >= 0 && batch.column(given).hasValue(rows[row]);
            builder.setBits(row, stated ? batch.column(given).longAt(rows[row]) : acceptedAt);
        }
        return builder.build();
    }

    private static Column constant(ColumnType type, int rows, long bits) {
        ColumnBuilder builder = new ColumnBuilder(type, rows);
        for (int row = 0; row < rows; row++) {
            builder.setBits(row, bits);
        }
        return builder.build();
    }

    private static Column chosen(Column column, int[] rows) {
        ColumnBuilder builder = new ColumnBuilder(column.type(), rows.length);
        for (int row = 0; row < rows.length; row++) {
            builder.copy(row, column, rows[row]);
        }
        return builder.build();
    }

    private static boolean carriedByAny(Column column, int[] rows) {
        return column.presence() == null || Arrays.stream(rows).anyMatch(column::isPresent);
    }

    private static List<Integer> numbers(Part part) {
        return part.rows().names().stream()
                .map(name -> name.startsWith("__")
                        ? 0
                        : part.set().feature(name).orElseThrow().number())
                .toList();
    }
}
