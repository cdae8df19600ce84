package io.featuregrid.offline.write;

import java.util.concurrent.Semaphore;

/** The turn of an import. */
final class ImportTurn implements AutoCloseable {
    private final long base;
    private final Semaphore turn;
    private boolean closed;

    ImportTurn(long base, Semaphore turn) {
        this.base = base;
        this.turn = turn;
    }

    /** The position of the import's first row. */
    long base() {
        return base;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            turn.release();
        }
    }
}
