package io.featuregrid.offline;

import io.featuregrid.offline.join.AsOfRead;
import io.featuregrid.offline.join.HistoryJoin;
import io.featuregrid.offline.join.TrainingSetJoin;
import io.featuregrid.offline.layout.HistoryCatalog;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.offline.read.HistoryScan;
import io.featuregrid.offline.read.TableScan;
import io.featuregrid.offline.write.BulkIngest;
import io.featuregrid.offline.write.ImportTurns;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.offline.write.IngestJournal;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.StampSource;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.time.AsOf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What was once observed: everything that this node does with history goes through here. Safe for several threads. */
public final class History implements AutoCloseable {
    private final HistoryCatalog catalog;
    private final IngestJournal journal;
    private final StampSource stamps;
    private final HistorySettings settings;
    private final ImportTurns turns = new ImportTurns();
    private final ExecutorService executor;

    private History(HistoryCatalog catalog, IngestJournal journal, StampSource stamps, HistorySettings settings) {
        this.catalog = catalog;
        this.journal = journal;
        this.stamps = stamps;
        this.settings = settings;
        this.executor = Executors.newFixedThreadPool(
                settings.joinThreads(),
                Thread.ofPlatform().name("join-", 1).daemon().factory());
    }

    /**
     * Opens the history of a home folder, and finishes what a crash left of earlier ingests. One process a folder.
     *
     * @param home gets {@code history/}
     */
    public static History open(Path home, HistorySettings settings, HistoryPorts ports) {
        Path folder = home.toAbsolutePath().normalize().resolve("history");
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        HistoryCatalog catalog = HistoryCatalog.open(folder);
        try {
            IngestJournal journal = IngestJournal.open(folder.resolve("ingests"), catalog);
            return new History(catalog, journal, ports.stamps(), settings);
        } catch (RuntimeException failure) {
            catalog.close();
            throw failure;
        }
    }

    /** Begins an ingest. The caller closes it. */
    public Ingest ingest(IngestPlan plan) {
        return new BulkIngest(plan, catalog, journal, stamps, turns, settings.futureToleranceMicros());
    }

    /** Begins a training set over the histories as they are now. The caller closes it. */
    public TrainingSetJoin join(TrainingSetPlan plan) {
        Map<String, TableSnapshot> pinned = new HashMap<>();
        List<TableSnapshot> snapshots = plan.lookups().stream()
                .map(lookup -> pinned.computeIfAbsent(lookup.set().table(), table -> snapshot(lookup.set())))
                .toList();
        return new HistoryJoin(plan, snapshots, executor, settings.windowRows());
    }

    /** Reads a set's history as it is now. The caller closes it. */
    public HistoryScan scan(FeatureSet set) {
        return new TableScan(snapshot(set), set);
    }

    /**
     * Reads every entity of a set as of one time: its key columns and all other features, entities that have no row then left out.
     *
     * @param time microseconds
     */
    public AsOfRead asOf(FeatureSet set, long time, AsOf asOf) {
        return new AsOfRead(set, snapshot(set), time, asOf, executor, settings.windowRows());
    }

    @Override
    public void close() {
        // A join would wait for ever for tasks that never begin.
        for (Runnable queued : executor.shutdownNow()) {
            if (queued instanceof Future<?> task) {
                task.cancel(false);
            }
        }
        catalog.close();
    }

    private TableSnapshot snapshot(FeatureSet set) {
        return catalog.table(set.table()).snapshot(set);
    }
}
