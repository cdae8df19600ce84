package io.featuregrid.offline.layout;

import com.codahale.metrics.Timer;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The history table of one feature set. Safe for several threads: commits take turns, readers hold a {@link TableSnapshot}. Other processes
 * may write to the table at the same time.
 *
 * <p>Carry sets are given their numbers when files are written, before the commit that makes them known; until then this object remembers
 * them, so two ingests at once agree. Two processes may give one number to two sets: the commit that comes second is refused.
 */
public final class HistoryTable {
    private static final int COMMIT_ATTEMPTS = 5;

    private final HistoryCatalog catalog;
    private final String name;
    private final Timer commits;
    private @Nullable Table table;
    private @Nullable TableSnapshot cached;
    private @Nullable CarrySets carrySets;

    HistoryTable(HistoryCatalog catalog, String name, Timer commits) {
        this.catalog = catalog;
        this.name = name;
        this.commits = commits;
    }

    /** What a commit adds, besides files. */
    public record Addition(List<DataFile> files, Map<Integer, List<Integer>> carrySets) {}

    /** The table as it is now; empty if nothing was ever written. */
    public synchronized TableSnapshot snapshot(FeatureSet set) {
        Table current = refreshed();
        if (current == null) {
            return TableSnapshot.empty(set);
        }
        Snapshot snapshot = current.currentSnapshot();
        long id = snapshot == null ? 0 : snapshot.snapshotId();
        if (cached == null
                || cached.snapshotId() != id
                || cached.columns().size() != current.schema().columns().size()) {
            cached = load(current, id);
        }
        return cached;
    }

    /** The table as it is now, to be copied; empty if nothing was ever written. */
    public synchronized Optional<TableCopy> copy() {
        Table current = refreshed();
        return current == null
                ? Optional.empty()
                : Optional.of(new TableCopy(name, pinned(current).current()));
    }

    /** The names of the data files that belong to the table as it is now. */
    public synchronized Set<String> dataFileNames() {
        Table current = refreshed();
        Snapshot snapshot = current == null ? null : current.currentSnapshot();
        return current == null || snapshot == null
                ? Set.of()
                : files(current, snapshot.snapshotId()).stream()
                        .map(file -> file.path().getFileName().toString())
                        .collect(Collectors.toSet());
    }

    /** The properties of the table as they are now; none if it does not exist. */
    public synchronized Map<String, String> properties() {
        Table current = refreshed();
        return current == null ? Map.of() : Map.copyOf(current.properties());
    }

    /**
     * Makes sure that the table exists and has a column for each feature.
     *
     * @param features whose observations are about to be written
     * @param shared whether files of the shared carry set are among them
     * @return the Iceberg table, with field ids for all of them
     */
    public synchronized Table prepare(FeatureSet set, List<Feature> features, boolean shared) {
        for (int attempt = 1; ; attempt++) {
            try {
                return prepareOnce(set, features, shared);
            } catch (CommitFailedException | AlreadyExistsException conflict) {
                requireAnotherAttempt(attempt, conflict);
            }
        }
    }

    private Table prepareOnce(FeatureSet set, List<Feature> features, boolean shared) {
        Table current = refreshed();
        if (current == null) {
            current = catalog.create(name, set);
            table = current;
        }
        List<Feature> missing =
                features.stream().filter(feature -> !hasColumn(feature)).toList();
        boolean carried = shared && current.schema().findField(SystemColumns.CARRIED) == null;
        if (missing.isEmpty() && !carried) {
            return current;
        }
        Transaction transaction = transaction(pinned(current));
        UpdateSchema schema = transaction.updateSchema();
        for (Feature feature : missing) {
            schema.addColumn(set.column(feature), TableLayout.icebergType(feature.type()));
        }
        if (carried) {
            schema.addColumn(SystemColumns.CARRIED, Types.BinaryType.get());
        }
        schema.commit();
        UpdateProperties properties = transaction.updateProperties();
        for (Feature feature : missing) {
            int id = transaction.table().schema().findField(set.column(feature)).fieldId();
            properties.set(TableLayout.fieldProperty(feature.number()), Integer.toString(id));
        }
        properties.commit();
        transaction.commitTransaction();
        return current;
    }

    /** The number of a carry set in files that are about to be written. */
    public synchronized int carryNumber(List<Integer> features) {
        CarrySets known = CarrySets.read(properties());
        if (carrySets != null) {
            known.remember(carrySets);
        }
        carrySets = known;
        return known.number(features);
    }

    /**
     * Commits files and properties in one step. After a conflict with another writer everything is read again and decided anew.
     *
     * @param decide which properties to set, given the properties as they are; null commits nothing
     * @return whether something was committed
     * @throws FeatureGridException RESOURCE_EXHAUSTED if another process has given one of the carry numbers another meaning, UPSTREAM_FAILED
     *     if other writers are faster again and again
     */
    public boolean commit(Addition addition, Function<Map<String, String>, @Nullable Map<String, String>> decide) {
        // Before this object's own lock: who closes the gate looks at tables.
        return catalog.commits().pass(() -> commitInTurn(addition, decide));
    }

    private synchronized boolean commitInTurn(
            Addition addition, Function<Map<String, String>, @Nullable Map<String, String>> decide) {
        for (int attempt = 1; ; attempt++) {
            Table current = refreshed();
            if (current == null) {
                throw new IllegalStateException("table '" + name + "' is committed to before it was prepared");
            }
            PinnedOperations version = pinned(current);
            Map<String, String> set = decide.apply(version.current().properties());
            if (set == null) {
                return false;
            }
            requireCarryNumbers(addition, version.current().properties());
            try {
                commits.time(() -> commitOnce(transaction(version), addition, set));
                return true;
            } catch (CommitFailedException conflict) {
                requireAnotherAttempt(attempt, conflict);
            }
        }
    }

    private void requireAnotherAttempt(int attempt, RuntimeException conflict) {
        if (attempt == COMMIT_ATTEMPTS) {
            throw new FeatureGridException(
                    ErrorCode.UPSTREAM_FAILED,
                    "history of '" + name + "' could not be committed: other writers were faster " + COMMIT_ATTEMPTS
                            + " times (expected a turn; try again)",
                    conflict);
        }
    }

    private void requireCarryNumbers(Addition addition, Map<String, String> properties) {
        CarrySets committed = CarrySets.read(properties);
        addition.carrySets().forEach((number, features) -> {
            if (!committed.agrees(number, features)) {
                throw new FeatureGridException(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "files for '" + name + "' were written under the carry number " + number
                                + ", which another process has given away meanwhile (expected it free; try again)");
            }
        });
    }

    private static PinnedOperations pinned(Table current) {
        TableOperations operations = ((HasTableOperations) current).operations();
        return new PinnedOperations(operations, operations.current());
    }

    private Transaction transaction(PinnedOperations version) {
        return Transactions.newTransaction(name, version);
    }

    /** A place for a new data file. */
    public Path newFile(UUID ingest, int number, int carry, int bucket) {
        return catalog.dataFolder(name).resolve("%s-%05d-c%d-b%02d.parquet".formatted(ingest, number, carry, bucket));
    }

    private static void commitOnce(Transaction transaction, Addition addition, Map<String, String> set) {
        UpdateProperties properties = transaction.updateProperties();
        addition.carrySets()
                .forEach((number, features) -> properties.set(CarrySets.property(number), CarrySets.text(features)));
        set.forEach(properties::set);
        properties.commit();
        if (!addition.files().isEmpty()) {
            AppendFiles append = transaction.newAppend();
            addition.files().forEach(append::appendFile);
            append.commit();
        }
        transaction.commitTransaction();
    }

    private boolean hasColumn(Feature feature) {
        return table != null && table.properties().containsKey(TableLayout.fieldProperty(feature.number()));
    }

    private @Nullable Table refreshed() {
        if (table == null) {
            table = catalog.load(name);
        } else {
            table.refresh();
        }
        return table;
    }

    private TableSnapshot load(Table current, long snapshotId) {
        List<TableSnapshot.SnapshotColumn> columns =
                current.schema().columns().stream().map(TableSnapshot::column).toList();
        Map<Integer, Integer> fieldIds = new HashMap<>();
        Map<Integer, List<Integer>> carried = new HashMap<>();
        CarrySets sets = CarrySets.read(current.properties());
        for (int number = 0; number < CarrySets.SHARED; number++) {
            int carry = number;
            sets.features(number).ifPresent(features -> carried.put(carry, features));
        }
        current.properties().forEach((property, value) -> {
            TableLayout.featureOfProperty(property)
                    .ifPresent(feature -> fieldIds.put(feature, Integer.parseInt(value)));
        });
        List<HistoryFile> files = snapshotId == 0 ? List.of() : files(current, snapshotId);
        return new TableSnapshot(name, snapshotId, columns, new TableSnapshot.Contents(fieldIds, carried), files);
    }

    private List<HistoryFile> files(Table current, long snapshotId) {
        List<HistoryFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                current.newScan().useSnapshot(snapshotId).planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(file(task.file()));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return files;
    }

    private HistoryFile file(DataFile file) {
        return new HistoryFile(
                name,
                Locations.path(file.location()),
                file.partition().get(0, Integer.class),
                file.partition().get(1, Integer.class),
                file.recordCount());
    }
}
