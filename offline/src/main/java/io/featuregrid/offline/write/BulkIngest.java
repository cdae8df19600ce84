package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.CarrySets;
import io.featuregrid.offline.layout.HistoryCatalog;
import io.featuregrid.offline.layout.HistoryTable;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.StampSource;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.plan.IngestPlan.CarriedColumn;
import io.featuregrid.planner.plan.RowReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.DataFile;
import org.jspecify.annotations.Nullable;

/**
 * An ingest that goes straight into files: rows are gathered into runs of bounded size, each run is written as sorted files, and one
 * commit makes all files part of the table together with the ingest's id.
 */
public final class BulkIngest implements Ingest {
    private static final int RUN_ROWS = 512 * 1024;
    private static final long RUN_BYTES = 96L << 20;
    private static final String IMPORTED_ROWS = "imported.rows";

    private final IngestPlan plan;
    private final HistoryTable table;
    private final IngestJournal journal;
    private final RowReader reader;
    private final RunBuffer buffer;
    private final RunWriter writer;
    private final UUID uuid = UUID.randomUUID();
    private final String ingestId;
    private final long insertedAt;
    private final @Nullable ImportTurn turn;
    private final StampSource stamps;
    private final List<DataFile> files = new ArrayList<>();
    private final Map<Integer, List<Integer>> carrySets = new HashMap<>();
    private final Map<List<Integer>, RunBuffer.CarriedRow> carriedRows = new HashMap<>();
    private final Optional<IngestIds.Entry> earlier;
    private long rows;
    private boolean journaled;
    private boolean refused;
    private boolean finished;

    /** Begins an ingest: the stamp is taken now, nothing is written yet. */
    public BulkIngest(
            IngestPlan plan,
            HistoryCatalog catalog,
            IngestJournal journal,
            StampSource stamps,
            ImportTurns turns,
            long futureToleranceMicros) {
        this.plan = plan;
        this.table = catalog.table(plan.set().table());
        this.journal = journal;
        this.stamps = stamps;
        this.reader = new RowReader(plan, stamps.clock().nowMicros(), futureToleranceMicros);
        this.buffer = new RunBuffer(plan);
        this.writer = new RunWriter(table, plan, uuid);
        String given = plan.options().ingestId();
        this.ingestId = given == null ? uuid.toString() : given;
        this.earlier = given == null
                ? Optional.empty()
                : IngestIds.read(table.properties()).find(given);
        this.insertedAt = stamps.next();
        this.turn = plan.marks().insertedAt() < 0 ? null : turns.take(plan.set().table(), this::importedRows);
    }

    private long importedRows() {
        return Long.parseLong(table.properties().getOrDefault(IMPORTED_ROWS, "0"));
    }

    @Override
    public void append(FeatureBatch batch) {
        boolean kept = false;
        boolean whole = false;
        try {
            requireNoneRefused();
            long firstRow = rows;
            rows += batch.rows();
            if (earlier.isEmpty() && batch.rows() > 0) {
                boolean[] tombstones = reader.tombstones(batch);
                reader.check(batch, tombstones, firstRow);
                buffer.add(batch, stamps(batch, firstRow), carriedRows(batch, tombstones));
                kept = true;
                if (buffer.rows() >= RUN_ROWS || buffer.bytes() >= RUN_BYTES) {
                    flush();
                }
            }
            whole = true;
        } finally {
            refused |= !whole;
            if (!kept) {
                batch.close();
            }
        }
    }

    private void requireNoneRefused() {
        if (refused) {
            throw new IllegalStateException("a batch of the ingest was refused (expected it to be closed after that)");
        }
    }

    @Override
    public IngestCounts commit() {
        requireNoneRefused();
        if (earlier.isPresent()) {
            return answer(earlier.get());
        }
        flush();
        IngestIds.Entry entry = new IngestIds.Entry(ingestId, rows, insertedAt);
        if (files.isEmpty()) {
            finished = true;
            return counts(entry);
        }
        AtomicReference<IngestIds.@Nullable Entry> other = new AtomicReference<>();
        table.commit(new HistoryTable.Addition(files, carrySets), properties -> {
            IngestIds ids = IngestIds.read(properties);
            Optional<IngestIds.Entry> faster = ids.find(ingestId);
            other.set(faster.orElse(null));
            if (faster.isPresent()) {
                return null;
            }
            Map<String, String> set = new HashMap<>();
            set.put(IngestIds.PROPERTY, ids.with(entry));
            if (turn != null) {
                set.put(IMPORTED_ROWS, Long.toString(turn.base() + rows));
            }
            return set;
        });
        IngestIds.Entry faster = other.get();
        if (faster != null) {
            return answer(faster);
        }
        finished = true;
        journal.committed(uuid);
        return counts(entry);
    }

    @Override
    public void close() {
        buffer.clear();
        if (turn != null) {
            turn.close();
        }
        if (!finished && journaled) {
            journal.abandoned(uuid, plan.set().table());
        }
        finished = true;
    }

    /** What an ingest of the same id was answered, if it was the same. */
    private IngestCounts answer(IngestIds.Entry entry) {
        if (entry.rows() != rows) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "ingest_id \"" + ingestId + "\" has " + rows + " rows, but was used for " + entry.rows()
                            + " rows before (expected the same rows, or another id)");
        }
        return counts(entry);
    }

    private static IngestCounts counts(IngestIds.Entry entry) {
        return new IngestCounts(entry.rows(), entry.rows(), 0, entry.insertedAt(), entry.id());
    }

    private RunBuffer.Stamps stamps(FeatureBatch batch, long firstRow) {
        long[] observedAt = reader.observedAt(batch, firstRow);
        long[] imported = reader.insertedAt(batch, firstRow);
        long[] sequences = new long[batch.rows()];
        for (int row = 0; row < sequences.length; row++) {
            sequences[row] = turn == null ? stamps.sequence(firstRow + row) : turn.base() + firstRow + row;
        }
        if (imported == null) {
            imported = new long[batch.rows()];
            Arrays.fill(imported, insertedAt);
        }
        return new RunBuffer.Stamps(observedAt, imported, sequences);
    }

    private RunBuffer.CarriedRow[] carriedRows(FeatureBatch batch, boolean[] tombstones) {
        List<CarriedColumn> columns = plan.carried().stream()
                .sorted(java.util.Comparator.comparingInt(
                        column -> column.feature().number()))
                .toList();
        List<Integer> all =
                columns.stream().map(column -> column.feature().number()).toList();
        // A carry set gets its number when a row is of it, no earlier: there are only 63 numbers.
        RunBuffer.CarriedRow whole = null;
        RunBuffer.CarriedRow tombstone = null;
        RunBuffer.CarriedRow[] carried = new RunBuffer.CarriedRow[batch.rows()];
        for (int row = 0; row < carried.length; row++) {
            if (tombstones[row]) {
                tombstone = tombstone == null ? tombstoneRow(all) : tombstone;
                carried[row] = tombstone;
            } else if (plan.options().skipNulls()) {
                carried[row] = carriedRow(present(batch, columns, row));
            } else {
                whole = whole == null ? carriedRow(all) : whole;
                carried[row] = whole;
            }
        }
        return carried;
    }

    private RunBuffer.CarriedRow tombstoneRow(List<Integer> features) {
        return features.isEmpty()
                ? new RunBuffer.CarriedRow(CarrySets.TOMBSTONE_OF_ALL, features, true)
                : new RunBuffer.CarriedRow(carriedRow(features).carry(), features, true);
    }

    private static List<Integer> present(FeatureBatch batch, List<CarriedColumn> columns, int row) {
        List<Integer> features = new ArrayList<>();
        for (CarriedColumn column : columns) {
            Column values = batch.column(column.position());
            if (values.hasValue(row)) {
                features.add(column.feature().number());
            }
        }
        return features;
    }

    private RunBuffer.CarriedRow carriedRow(List<Integer> features) {
        return carriedRows.computeIfAbsent(features, missing -> {
            int carry = table.carryNumber(missing);
            if (carry != CarrySets.SHARED) {
                carrySets.put(carry, missing);
            }
            return new RunBuffer.CarriedRow(carry, missing, false);
        });
    }

    private void flush() {
        if (buffer.rows() == 0) {
            return;
        }
        try {
            if (!journaled) {
                journal.begin(uuid, ingestId, plan.set().table());
                journaled = true;
            }
            files.addAll(writer.write(buffer));
        } catch (IOException failure) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "history of '" + plan.set().name() + "' could not be written: " + failure.getMessage()
                            + " (expected room on the disk; nothing of this ingest is kept)",
                    failure);
        } finally {
            buffer.clear();
        }
    }
}
