package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.execute.ErasureList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The rows of one look-up: an entity key and a time each. Rows without a key or a time take part in nothing. */
final class SpineRows {
    private final EntityKeys keys;
    private final long[] times;
    private final boolean[] known;

    /**
     * Rows to look up.
     *
     * @param known which rows have a whole key and a time; the keys of others are undefined
     */
    SpineRows(EntityKeys keys, long[] times, boolean[] known) {
        this.keys = keys;
        this.times = times;
        this.known = known;
    }

    int rows() {
        return times.length;
    }

    EntityKeys keys() {
        return keys;
    }

    /** One column of the keys, of which all rows are known. */
    ColumnBuilder keyColumn(int column) {
        ColumnBuilder builder = new ColumnBuilder(keys.type(column), rows());
        for (int row = 0; row < rows(); row++) {
            if (builder.type().variable()) {
                builder.setBytes(row, keys.bytesAt(row, column));
            } else {
                builder.setBits(row, keys.longAt(row, column));
            }
        }
        return builder;
    }

    long[] times() {
        return times;
    }

    boolean known(int row) {
        return known[row];
    }

    /** The mark of each known row whose entity was erased. */
    @Nullable
    Stamp[] marks(ErasureList erased) {
        @Nullable Stamp[] marks = new @Nullable Stamp[times.length];
        for (int row = 0; row < marks.length; row++) {
            marks[row] = known[row] ? erased.mark(keys.canonicalBytes(row)).orElse(null) : null;
        }
        return marks;
    }

    /** The known rows by bucket; null for a bucket without rows. */
    int[][] byBucket(int buckets) {
        int[][] rows = new int[buckets][];
        int[] counts = new int[buckets];
        for (int row = 0; row < times.length; row++) {
            if (!known[row]) {
                continue;
            }
            int bucket = keys.bucket(row);
            int[] members = rows[bucket];
            if (members == null) {
                members = new int[64];
            } else if (counts[bucket] == members.length) {
                members = Arrays.copyOf(members, members.length * 2);
            }
            members[counts[bucket]++] = row;
            rows[bucket] = members;
        }
        for (int bucket = 0; bucket < buckets; bucket++) {
            if (rows[bucket] != null) {
                rows[bucket] = Arrays.copyOf(rows[bucket], counts[bucket]);
            }
        }
        return rows;
    }
}
