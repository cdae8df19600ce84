package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.HistoryTable;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.plan.IngestPlan.CarriedColumn;
import io.featuregrid.planner.plan.RowReader;
import io.featuregrid.planner.time.Durations;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An ingest that goes straight into files; one commit makes all files part of the table together with the ingest's id. Behind the commit
 * its rows are merged into the online store.
 */
public final class BulkIngest implements Ingest {
    private static final String IMPORTED_ROWS = "imported.rows";

    private final IngestPlan plan;
    private final WriteServices services;
    private final HistoryTable table;
    private final RowReader reader;
    private final RunFiles files;
    private final List<CarriedColumn> carriedColumns;
    private final String ingestId;
    private final long insertedAt;
    private final long onlineUntil;
    private final @Nullable ImportTurn turn;
    private final Optional<IngestIds.Entry> earlier;
    private long rows;
    private long onlineRows;
    private boolean refused;

    /** Begins an ingest: the stamp is taken now, nothing is written yet. */
    public BulkIngest(IngestPlan plan, WriteServices services, long futureToleranceMicros) {
        this.plan = plan;
        this.services = services;
        this.table = services.catalog().table(plan.set().table());
        long now = services.stamps().clock().nowMicros();
        this.reader = new RowReader(plan, now, futureToleranceMicros);
        this.onlineUntil = Durations.add(now, futureToleranceMicros);
        this.carriedColumns = plan.carried().stream()
                .sorted(Comparator.comparingInt(column -> column.feature().number()))
                .toList();
        String given = plan.options().ingestId();
        this.files = new RunFiles(
                RunColumns.of(plan),
                table,
                services.journal(),
                given == null ? "" : given,
                OptionalLong.of(onlineUntil));
        this.ingestId = files.entry().id();
        this.earlier = given == null
                ? Optional.empty()
                : IngestIds.read(table.properties()).find(given);
        this.insertedAt = services.stamps().next();
        this.turn = plan.marks().insertedAt() < 0
                ? null
                : services.turns().take(plan.set().table(), this::importedRows);
    }

    private long importedRows() {
        return importedRows(table.properties());
    }

    private static long importedRows(Map<String, String> properties) {
        return Long.parseLong(properties.getOrDefault(IMPORTED_ROWS, "0"));
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
                requireNoneErased(batch, firstRow);
                files.add(batch, stamps(batch, firstRow), carriedRows(batch, tombstones));
                kept = true;
                files.flushIfFull();
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

    /** An import of an erased entity would bring back what was to be forgotten, or vanish behind the mark. */
    private void requireNoneErased(FeatureBatch batch, long firstRow) {
        ErasureList erased =
                turn == null ? ErasureList.EMPTY : services.erasures().of(plan.set());
        if (erased.isEmpty()) {
            return;
        }
        List<Column> keys = plan.keys().stream().map(batch::column).toList();
        for (int row = 0; row < batch.rows(); row++) {
            if (erased.mark(KeyBytes.of(keys, row)).isPresent()) {
                int erasedRow = row;
                String key =
                        keys.stream().map(column -> column.describe(erasedRow)).collect(Collectors.joining(", "));
                throw new FeatureGridException(
                        ErrorCode.CONFLICT,
                        "row " + (firstRow + row) + " of the import into '"
                                + plan.set().name() + "' is of the entity "
                                + plan.set().key() + " = " + key
                                + ", which was erased (expected no import of it until its files are rewritten)");
            }
        }
    }

    @Override
    public IngestCounts commit() {
        requireNoneRefused();
        if (earlier.isPresent()) {
            return answer(earlier.get());
        }
        HistoryTable.Addition addition = files.finish();
        IngestIds.Entry entry = new IngestIds.Entry(ingestId, rows, insertedAt, onlineRows);
        if (addition.files().isEmpty()) {
            return counts(entry);
        }
        AtomicReference<IngestIds.@Nullable Entry> other = new AtomicReference<>();
        table.commit(addition, properties -> {
            IngestIds ids = IngestIds.read(properties);
            Optional<IngestIds.Entry> faster = ids.find(ingestId);
            other.set(faster.orElse(null));
            return faster.isPresent() ? null : properties(ids, entry, properties);
        });
        IngestIds.Entry faster = other.get();
        if (faster != null) {
            return answer(faster);
        }
        files.committed();
        services.metrics().meter("history.ingest.rows").mark(rows);
        services.loads().finish(plan.set(), files.entry());
        return counts(entry);
    }

    private Map<String, String> properties(IngestIds ids, IngestIds.Entry entry, Map<String, String> before) {
        Map<String, String> set = new HashMap<>();
        set.put(IngestIds.PROPERTY, ids.with(entry));
        if (turn != null) {
            if (importedRows(before) != turn.base()) {
                throw new FeatureGridException(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "another import into '" + plan.set().name()
                                + "' was committed meanwhile, by another process (expected one at a time; try again)");
            }
            set.put(IMPORTED_ROWS, Long.toString(turn.base() + rows));
        }
        return set;
    }

    @Override
    public void close() {
        files.close();
        if (turn != null) {
            turn.close();
        }
    }

    /** What an ingest of the same id was answered, if it was the same; its online load is finished if it was not. */
    private IngestCounts answer(IngestIds.Entry entry) {
        if (entry.rows() != rows) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "ingest_id \"" + ingestId + "\" has " + rows + " rows, but was used for " + entry.rows()
                            + " rows before (expected the same rows, or another id)");
        }
        services.loads().finish(plan.set(), ingestId);
        return counts(entry);
    }

    private static IngestCounts counts(IngestIds.Entry entry) {
        return new IngestCounts(entry.rows(), entry.rows(), entry.online(), entry.insertedAt(), entry.id());
    }

    private RunBuffer.Stamps stamps(FeatureBatch batch, long firstRow) {
        long[] observedAt = reader.observedAt(batch, firstRow);
        long[] imported = reader.insertedAt(batch, firstRow);
        RunBuffer.Stamps stamps = new RunBuffer.Stamps(batch.rows());
        for (int row = 0; row < batch.rows(); row++) {
            long sequence = turn == null ? services.stamps().sequence(firstRow + row) : turn.base() + firstRow + row;
            stamps.set(row, observedAt[row], imported == null ? insertedAt : imported[row], sequence, Origin.INGEST);
            onlineRows += observedAt[row] <= onlineUntil ? 1 : 0;
        }
        return stamps;
    }

    private RunBuffer.CarriedRow[] carriedRows(FeatureBatch batch, boolean[] tombstones) {
        List<Integer> all =
                carriedColumns.stream().map(column -> column.feature().number()).toList();
        CarriedRows known = files.carriedRows();
        RunBuffer.CarriedRow whole = null;
        RunBuffer.CarriedRow tombstone = null;
        RunBuffer.CarriedRow[] carried = new RunBuffer.CarriedRow[batch.rows()];
        for (int row = 0; row < carried.length; row++) {
            if (tombstones[row]) {
                tombstone = tombstone == null ? known.tombstone(all) : tombstone;
                carried[row] = tombstone;
            } else if (plan.options().skipNulls()) {
                carried[row] = known.values(present(batch, row));
            } else {
                whole = whole == null ? known.values(all) : whole;
                carried[row] = whole;
            }
        }
        return carried;
    }

    private List<Integer> present(FeatureBatch batch, int row) {
        List<Integer> features = new ArrayList<>();
        for (CarriedColumn column : carriedColumns) {
            if (batch.column(column.position()).hasValue(row)) {
                features.add(column.feature().number());
            }
        }
        return features;
    }
}
