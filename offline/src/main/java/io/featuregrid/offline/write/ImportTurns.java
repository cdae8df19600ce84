package io.featuregrid.offline.write;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One import with another store's inserted_at a table at a time: its rows are numbered on from those of the imports before, so of two
 * imports that state equal times the later wins.
 */
public final class ImportTurns {
    private static final long WAIT_SECONDS = 30;

    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();

    /**
     * Waits for the table's turn.
     *
     * @param importedRows how many rows were imported before, asked when the turn has come
     * @throws FeatureGridException RESOURCE_EXHAUSTED if another import goes on for too long
     */
    ImportTurn take(String table, LongSupplier importedRows) {
        Semaphore turn = turns.computeIfAbsent(table, name -> new Semaphore(1));
        try {
            if (!turn.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new FeatureGridException(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "an import into '" + table + "' has been going on for more than " + WAIT_SECONDS
                                + " s (expected it to end; try again later)");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FeatureGridException(
                    ErrorCode.CANCELLED,
                    "the import into '" + table + "' was interrupted while it waited",
                    interrupted);
        }
        try {
            return new ImportTurn(importedRows.getAsLong(), turn);
        } catch (RuntimeException failure) {
            turn.release();
            throw failure;
        }
    }
}
