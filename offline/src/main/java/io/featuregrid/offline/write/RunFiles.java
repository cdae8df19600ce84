package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.HistoryTable;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.iceberg.DataFile;

/**
 * The files of one commit: rows are gathered into runs of bounded size, each run is written as sorted files. Before the first file they are
 * noted in the journal, and what is not committed is deleted, by {@link #close} or by the next start. For one thread.
 */
final class RunFiles implements AutoCloseable {
    private static final int RUN_ROWS = 512 * 1024;
    private static final long RUN_BYTES = 96L << 20;

    private final RunColumns columns;
    private final IngestJournal journal;
    private final CarriedRows carriedRows;
    private final RunBuffer buffer;
    private final RunWriter writer;
    private final UUID uuid = UUID.randomUUID();
    private final List<DataFile> files = new ArrayList<>();
    private final IngestJournal.Entry entry;
    private boolean journaled;
    private boolean settled;

    /**
     * Files yet to be written.
     *
     * @param id what they are written for, as it is noted in the journal; empty for the files' own id
     * @param onlineUntil up to which observed_at they are to be merged into the online store once they are committed; empty for not at all
     */
    RunFiles(RunColumns columns, HistoryTable table, IngestJournal journal, String id, OptionalLong onlineUntil) {
        this.columns = columns;
        this.journal = journal;
        this.carriedRows = new CarriedRows(table);
        this.buffer = new RunBuffer(columns);
        this.writer = new RunWriter(table, columns, uuid);
        this.entry = new IngestJournal.Entry(
                uuid, id.isEmpty() ? uuid.toString() : id, columns.set().table(), onlineUntil);
    }

    /** How they stand in the journal. */
    IngestJournal.Entry entry() {
        return entry;
    }

    CarriedRows carriedRows() {
        return carriedRows;
    }

    /** Adds the rows of a batch, which is taken over; not if this fails. */
    void add(FeatureBatch batch, RunBuffer.Stamps stamps, RunBuffer.CarriedRow[] carried) {
        buffer.add(batch, stamps, carried);
    }

    /** Writes what has been added, if it is a whole run. */
    void flushIfFull() {
        if (buffer.rows() >= RUN_ROWS || buffer.bytes() >= RUN_BYTES) {
            flush();
        }
    }

    /** Writes the rest; answers what is to be committed. */
    HistoryTable.Addition finish() {
        flush();
        return new HistoryTable.Addition(files, carriedRows.numbers());
    }

    /** Says that the files were committed. */
    void committed() {
        settled = true;
    }

    /** Deletes the files unless they are committed. */
    @Override
    public void close() {
        buffer.clear();
        if (!settled && journaled) {
            journal.abandoned(entry);
        }
        settled = true;
    }

    private void flush() {
        if (buffer.rows() == 0) {
            return;
        }
        try {
            if (!journaled) {
                journal.begin(entry);
                journaled = true;
            }
            files.addAll(writer.write(buffer));
        } catch (IOException failure) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "history of '" + columns.set().name() + "' could not be written: " + failure.getMessage()
                            + " (expected room on the disk; nothing of this write is kept)",
                    failure);
        } finally {
            buffer.clear();
        }
    }
}
