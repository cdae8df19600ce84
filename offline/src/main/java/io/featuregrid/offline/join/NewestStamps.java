package io.featuregrid.offline.join;

import io.featuregrid.planner.batch.Stamp;

/**
 * For each row the greatest stamp that was offered. Rows may be offered to by different threads, a row by one at a time.
 */
final class NewestStamps {
    private final boolean[] met;
    private final long[] observedAt;
    private final long[] insertedAt;
    private final long[] sequences;
    private final byte[] origins;

    /** @param origins whether the origin of each stamp is kept too */
    NewestStamps(int rows, boolean origins) {
        this.met = new boolean[rows];
        this.observedAt = new long[rows];
        this.insertedAt = new long[rows];
        this.sequences = new long[rows];
        this.origins = new byte[origins ? rows : 0];
    }

    /** Notes a stamp if it is greater than those before; answers whether it is. */
    boolean offer(int row, long observed, long inserted, long sequence) {
        if (met[row]
                && Stamp.compare(observed, inserted, sequence, observedAt[row], insertedAt[row], sequences[row]) <= 0) {
            return false;
        }
        met[row] = true;
        observedAt[row] = observed;
        insertedAt[row] = inserted;
        sequences[row] = sequence;
        return true;
    }

    int rows() {
        return met.length;
    }

    /** Whether any stamp was offered. */
    boolean met(int row) {
        return met[row];
    }

    long observedAt(int row) {
        return observedAt[row];
    }

    long insertedAt(int row) {
        return insertedAt[row];
    }

    long sequence(int row) {
        return sequences[row];
    }

    /** The order of two rows' stamps; one that was never met is the smallest. */
    int compare(int row, NewestStamps other, int otherRow) {
        if (!met[row] || !other.met[otherRow]) {
            return Boolean.compare(met[row], other.met[otherRow]);
        }
        return Stamp.compare(
                observedAt[row],
                insertedAt[row],
                sequences[row],
                other.observedAt[otherRow],
                other.insertedAt[otherRow],
                other.sequences[otherRow]);
    }

    void setOrigin(int row, int origin) {
        origins[row] = (byte) origin;
    }

    int origin(int row) {
        return origins[row];
    }
}
