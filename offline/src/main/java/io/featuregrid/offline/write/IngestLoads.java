package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.HistoryCatalog;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.read.NewestRows;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings committed ingests into the online store: what they hold is read back from their files, so that memory is bounded whatever their
 * size, and merged; newest wins, so doing it twice changes nothing. Safe for several threads.
 */
public final class IngestLoads {
    private static final Logger LOG = LoggerFactory.getLogger(IngestLoads.class);

    private final HistoryCatalog catalog;
    private final IngestJournal journal;
    private final OnlineStore online;
    private final Erasures erasures;
    private final Workers workers;

    public IngestLoads(
            HistoryCatalog catalog, IngestJournal journal, OnlineStore online, Erasures erasures, Workers workers) {
        this.catalog = catalog;
        this.journal = journal;
        this.online = online;
        this.erasures = erasures;
        this.workers = workers;
    }

    /**
     * Finishes every ingest that was committed and, because the node ended, not merged.
     *
     * @param definitions by which rows are merged; an ingest into a set that is gone is forgotten
     */
    public void finishAll(Catalog definitions) {
        for (IngestJournal.Entry entry : journal.committed(any -> true)) {
            Optional<FeatureSet> set = definitions.sets().stream()
                    .filter(one -> one.table().equals(entry.table()))
                    .findFirst();
            if (set.isPresent()) {
                LOG.info("ingest {} into '{}' is merged into the online store", entry.id(), entry.table());
                finish(set.get(), entry);
            } else {
                journal.forget(entry);
            }
        }
    }

    /** Finishes an ingest that was committed by this process earlier, if it was not merged; also one that another thread is merging. */
    void finish(FeatureSet set, String ingestId) {
        journal.committed(
                        entry -> entry.table().equals(set.table()) && entry.id().equals(ingestId))
                .forEach(entry -> finish(set, entry));
    }

    /**
     * Merges a committed ingest, then forgets it.
     *
     * @throws FeatureGridException UPSTREAM_FAILED if the store fails; the ingest stays in the journal
     */
    void finish(FeatureSet set, IngestJournal.Entry entry) {
        try {
            load(set, entry);
        } catch (RuntimeException failure) {
            boolean cancelled = failure instanceof FeatureGridException known
                    && known.first().code() == ErrorCode.CANCELLED;
            throw new FeatureGridException(
                    cancelled ? ErrorCode.CANCELLED : ErrorCode.UPSTREAM_FAILED,
                    "ingest \"" + entry.id() + "\" into '" + set.name()
                            + "' stands in history, but is not yet merged into the online store: "
                            + failure.getMessage()
                            + " (expected it to take the rows; send them again with the same ingest_id, or start the"
                            + " node again)",
                    failure);
        }
        journal.forget(entry);
    }

    private void load(FeatureSet set, IngestJournal.Entry entry) {
        long until = entry.onlineUntil().orElse(Long.MIN_VALUE);
        ErasureList erased = erasures.of(set);
        PinnedTable table = new PinnedTable(catalog.table(entry.table()).snapshot(set), erased);
        List<Runnable> files = new ArrayList<>();
        for (HistoryFile file : table.snapshot().files()) {
            if (entry.owns(file.path())) {
                files.add(
                        () -> new NewestRows(set, table, file, until).forEachBatch(batch -> online.merge(set, batch)));
            }
        }
        workers.run(files, () -> {});
    }
}
