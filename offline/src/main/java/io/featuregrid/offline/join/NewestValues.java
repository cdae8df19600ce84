package io.featuregrid.offline.join;

import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.time.Durations;

/** For each row the value of the greatest stamp that was offered, of one feature; MISSING if that is a tombstone's, or there is none. */
final class NewestValues {
    private final ColumnBuilder values;
    private final NewestStamps stamps;

    /** @param origins whether the origin of each value is kept too */
    NewestValues(ColumnType type, int rows, boolean origins) {
        this.values = new ColumnBuilder(type, rows);
        this.stamps = new NewestStamps(rows, origins);
    }

    NewestStamps stamps() {
        return stamps;
    }

    /** Makes values MISSING that are older than the ttl at their row's time. */
    void expire(long[] times, long ttlMicros) {
        if (ttlMicros == Durations.INFINITY) {
            return;
        }
        for (int row = 0; row < stamps.rows(); row++) {
            if (stamps.met(row) && times[row] > Durations.add(stamps.observedAt(row), ttlMicros)) {
                values.setMissing(row);
            }
        }
    }

    ColumnBuilder values() {
        return values;
    }
}
