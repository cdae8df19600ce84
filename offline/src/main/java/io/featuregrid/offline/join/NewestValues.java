package io.featuregrid.offline.join;

import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.time.Durations;

/**
 * For each row the value of the greatest stamp that was offered, of one feature. Rows may be offered to by different threads, a row by one
 * at a time.
 */
final class NewestValues {
    private final ColumnBuilder values;
    private final boolean[] met;
    private final long[] observedAt;
    private final long[] insertedAt;
    private final long[] sequences;

    NewestValues(ColumnType type, int rows) {
        this.values = new ColumnBuilder(type, rows);
        this.met = new boolean[rows];
        this.observedAt = new long[rows];
        this.insertedAt = new long[rows];
        this.sequences = new long[rows];
    }

    /**
     * Notes an observation's stamp if it is greater than those before.
     *
     * @return whether it is, and the caller has to set the row's value
     */
    boolean offer(int row, long observed, long inserted, long sequence) {
        if (met[row] && !newer(row, observed, inserted, sequence)) {
            return false;
        }
        met[row] = true;
        observedAt[row] = observed;
        insertedAt[row] = inserted;
        sequences[row] = sequence;
        return true;
    }

    /** Makes values MISSING that are older than the ttl at their row's time. */
    void expire(long[] times, long ttlMicros) {
        if (ttlMicros == Durations.INFINITY) {
            return;
        }
        for (int row = 0; row < met.length; row++) {
            if (met[row] && times[row] > Durations.add(observedAt[row], ttlMicros)) {
                values.setMissing(row);
            }
        }
    }

    ColumnBuilder values() {
        return values;
    }

    private boolean newer(int row, long observed, long inserted, long sequence) {
        if (observed != observedAt[row]) {
            return observed > observedAt[row];
        }
        return inserted != insertedAt[row] ? inserted > insertedAt[row] : sequence > sequences[row];
    }
}
