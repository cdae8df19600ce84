package io.featuregrid.offline;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.offline.join.AsOfRead;
import io.featuregrid.offline.join.HistoryJoin;
import io.featuregrid.offline.join.NewestObservations;
import io.featuregrid.offline.join.TrainingSetJoin;
import io.featuregrid.offline.layout.HistoryCatalog;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.layout.TableCopy;
import io.featuregrid.offline.load.HistoryLoad;
import io.featuregrid.offline.load.LoadProgress;
import io.featuregrid.offline.load.LoadResult;
import io.featuregrid.offline.read.HistoryScan;
import io.featuregrid.offline.read.TableScan;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.offline.write.BulkIngest;
import io.featuregrid.offline.write.ImportTurns;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.offline.write.IngestJournal;
import io.featuregrid.offline.write.IngestLoads;
import io.featuregrid.offline.write.SegmentWriter;
import io.featuregrid.offline.write.WriteServices;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.ObservationSink;
import io.featuregrid.planner.execute.WriteGate;
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
import java.util.OptionalLong;
import java.util.function.Consumer;

/** What was once observed: everything that this node does with history goes through here. Safe for several threads. */
public final class History implements AutoCloseable {
    private final HistoryCatalog catalog;
    private final HistoryPorts ports;
    private final HistorySettings settings;
    private final WriteServices writing;
    private final ObservationSink sink;
    private final HistoryLoad load;
    private final Workers joining;
    private final Workers loading;

    private History(Path home, HistoryCatalog catalog, HistorySettings settings, HistoryPorts ports) {
        this.catalog = catalog;
        this.ports = ports;
        this.settings = settings;
        IngestJournal journal = IngestJournal.open(home.resolve("ingests"), catalog);
        this.joining = new Workers("join", settings.joinThreads());
        this.loading = new Workers("load", settings.joinThreads());
        this.writing = new WriteServices(
                catalog,
                journal,
                new IngestLoads(catalog, journal, ports.online(), ports.erasures(), loading),
                new ImportTurns(),
                ports.stamps(),
                ports.erasures(),
                ports.metrics());
        this.sink = new SegmentWriter(writing);
        this.load = new HistoryLoad(
                home.resolve("loads"),
                ports.online(),
                new HistoryLoad.Threads(joining, loading),
                settings.windowRows());
    }

    /**
     * Opens a history, and deletes what a crash of this home's process left of writes that were not committed; {@link #finishIngests} does
     * the rest. Several processes may have one history folder open, each with a home of its own.
     *
     * @param home gets {@code ingests/} and {@code loads/}, and {@code history/} unless the settings name another folder for it
     */
    public static History open(Path home, HistorySettings settings, HistoryPorts ports) {
        Path absolute = home.toAbsolutePath().normalize();
        Path folder = settings.folder() == null
                ? absolute.resolve("history")
                : settings.folder().toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        HistoryCatalog catalog = HistoryCatalog.open(folder, ports.metrics());
        try {
            return new History(absolute, catalog, settings, ports);
        } catch (RuntimeException failure) {
            catalog.close();
            throw failure;
        }
    }

    /** Begins an ingest. The caller closes it. */
    public Ingest ingest(IngestPlan plan) {
        return new BulkIngest(plan, writing, settings.futureToleranceMicros());
    }

    /**
     * Merges into the online store what a crash kept from it: ingests that were committed before the node ended. To be called once the
     * online store is ready, with all its sets prepared.
     *
     * @param definitions as they are now
     */
    public void finishIngests(Catalog definitions) {
        writing.loads().finishAll(definitions);
    }

    /** Where the observation log is drained to. */
    public ObservationSink sink() {
        return sink;
    }

    /**
     * Merges every entity of a set as of a time into the online store. A load of the set that was interrupted is gone on with, if it is of
     * the same time or none is given.
     *
     * @param asOf microseconds; empty for now
     * @throws io.featuregrid.planner.error.FeatureGridException CONFLICT if the set is being loaded, INVALID_QUERY for a time to come
     */
    public LoadResult load(FeatureSet set, OptionalLong asOf, LoadProgress progress) {
        return load.run(set, pin(set), asOf, ports.stamps().clock().nowMicros(), progress);
    }

    /** Begins a training set over the histories as they are now. The caller closes it. */
    public TrainingSetJoin join(TrainingSetPlan plan) {
        Map<String, PinnedTable> pinned = new HashMap<>();
        List<PinnedTable> tables = plan.lookups().stream()
                .map(lookup -> pinned.computeIfAbsent(lookup.set().table(), table -> pin(lookup.set())))
                .toList();
        return new HistoryJoin(plan, tables, joining, settings.windowRows(), metrics());
    }

    /** Reads a set's history as it is now. The caller closes it. */
    public HistoryScan scan(FeatureSet set) {
        return new TableScan(set, pin(set));
    }

    /**
     * Reads every entity of a set as of one time: its key columns and all other features, entities that have no row then left out.
     *
     * @param time microseconds
     */
    public AsOfRead asOf(FeatureSet set, long time, AsOf asOf) {
        return new AsOfRead(set, pin(set), time, asOf, joining, settings.windowRows());
    }

    /**
     * The observations that the values of some entities as of a time come from.
     *
     * @param keys the key columns of the set in the order of the key, with a value in every row; a few rows, which stay the caller's
     * @param time microseconds
     * @param target gets them as {@link io.featuregrid.planner.batch.ObservationColumns} says; need not close them
     */
    public void observations(FeatureSet set, FeatureBatch keys, long time, Consumer<FeatureBatch> target) {
        try (NewestObservations newest = NewestObservations.ofEntities(set, pin(set), keys, time, joining, target)) {
            newest.next();
        }
    }

    /** What every commit into history passes through. */
    public WriteGate commits() {
        return catalog.commits();
    }

    /**
     * Histories as they are now, to be copied.
     *
     * <p>With {@link #commits} closed they are of one moment. Rows that the copy has and the online store does not have yet are of writes in
     * {@link HistoryCopy#unmerged}, if the online store is looked at afterwards.
     */
    public HistoryCopy copy(List<FeatureSet> sets) {
        Map<String, byte[]> unmerged = writing.journal().unmerged();
        List<TableCopy> tables = sets.stream()
                .flatMap(set -> catalog.table(set.table()).copy().stream())
                .toList();
        return new HistoryCopy(tables, unmerged);
    }

    @Override
    public void close() {
        loading.close();
        joining.close();
        catalog.close();
    }

    private MetricRegistry metrics() {
        return ports.metrics();
    }

    private PinnedTable pin(FeatureSet set) {
        ErasureList erased = ports.erasures().of(set);
        return new PinnedTable(catalog.table(set.table()).snapshot(set), erased);
    }
}
