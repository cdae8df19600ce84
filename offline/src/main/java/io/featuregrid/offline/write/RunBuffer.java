package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.RowOrder;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Observations that wait to be sorted and written as one run of files. Keeps the batches that hold their values, and closes them in
 * {@link #clear}.
 */
final class RunBuffer {
    private static final int INITIAL_ROWS = 1_024;
    /** What a kept batch costs a column besides its values: vectors, buffers, bookkeeping. A client may send a row a batch. */
    private static final long OVERHEAD_BYTES = 1_024;

    private final RunColumns columns;
    private final List<FeatureBatch> batches = new ArrayList<>();
    private final EntityKeys keys;
    private long[] places = new long[INITIAL_ROWS];
    private long[] observedAt = new long[INITIAL_ROWS];
    private long[] insertedAt = new long[INITIAL_ROWS];
    private long[] sequences = new long[INITIAL_ROWS];
    private Origin[] origins = new Origin[INITIAL_ROWS];
    private int[] partitions = new int[INITIAL_ROWS];
    private CarriedRow[] carried = new CarriedRow[INITIAL_ROWS];
    private int rows;
    private long bytes;

    RunBuffer(RunColumns columns) {
        this.columns = columns;
        this.keys = new EntityKeys(
                columns.set().keyFeatures().stream()
                        .map(key -> key.type().columnType())
                        .toList(),
                INITIAL_ROWS);
    }

    /**
     * What a row carries; equal rows share one object.
     *
     * @param carry the number of its carry set
     * @param features ascending numbers of the features that it carries
     * @param tombstone whether those are MISSING from this observation on
     */
    record CarriedRow(int carry, List<Integer> features, boolean tombstone) {}

    /** The stamps of a batch's rows. */
    static final class Stamps {
        private final long[] observedAt;
        private final long[] insertedAt;
        private final long[] sequences;
        private final Origin[] origins;

        Stamps(int rows) {
            this.observedAt = new long[rows];
            this.insertedAt = new long[rows];
            this.sequences = new long[rows];
            this.origins = new Origin[rows];
        }

        void set(int row, long observed, long inserted, long sequence, Origin origin) {
            observedAt[row] = observed;
            insertedAt[row] = inserted;
            sequences[row] = sequence;
            origins[row] = origin;
        }
    }

    /** Adds the rows of a batch and keeps the batch. */
    void add(FeatureBatch batch, Stamps stamps, CarriedRow[] carriedRows) {
        ensureCapacity(rows + batch.rows());
        for (int row = 0; row < batch.rows(); row++) {
            int target = rows + row;
            places[target] = (long) batches.size() << 32 | row;
            for (int column = 0; column < columns.keys().size(); column++) {
                keys.set(target, column, batch.column(columns.keys().get(column)), row);
            }
            observedAt[target] = stamps.observedAt[row];
            insertedAt[target] = stamps.insertedAt[row];
            sequences[target] = stamps.sequences[row];
            origins[target] = stamps.origins[row];
            carried[target] = carriedRows[row];
            partitions[target] = carriedRows[row].carry() << 8 | keys.bucket(target);
        }
        rows += batch.rows();
        bytes += batch.sizeBytes() + OVERHEAD_BYTES * batch.columns().size();
        batches.add(batch);
    }

    int rows() {
        return rows;
    }

    long bytes() {
        return bytes;
    }

    /** The rows in the order of files: by carry set, bucket, key and stamp. */
    int[] sorted() {
        return RowOrder.sorted(rows, (left, right) -> {
            int order = Integer.compare(partitions[left], partitions[right]);
            if (order == 0) {
                order = keys.compare(left, keys, right);
            }
            if (order == 0) {
                order = Long.compare(observedAt[left], observedAt[right]);
            }
            if (order == 0) {
                order = Long.compare(insertedAt[left], insertedAt[right]);
            }
            return order == 0 ? Long.compare(sequences[left], sequences[right]) : order;
        });
    }

    /** Whether two rows belong into one file. */
    boolean samePartition(int left, int right) {
        return partitions[left] == partitions[right];
    }

    CarriedRow carried(int row) {
        return carried[row];
    }

    int bucket(int row) {
        return partitions[row] & 0xff;
    }

    EntityKeys keys() {
        return keys;
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

    Origin origin(int row) {
        return origins[row];
    }

    /** The column of the batch that a row came in. */
    Column column(int row, int position) {
        return batches.get((int) (places[row] >> 32)).column(position);
    }

    /** The row's number in its batch. */
    int rowInBatch(int row) {
        return (int) places[row];
    }

    /** Forgets all rows and closes their batches. */
    void clear() {
        batches.forEach(FeatureBatch::close);
        batches.clear();
        rows = 0;
        bytes = 0;
    }

    private void ensureCapacity(int needed) {
        keys.ensureCapacity(needed);
        if (needed <= places.length) {
            return;
        }
        int capacity = Math.max(needed, places.length + (places.length >> 1));
        places = Arrays.copyOf(places, capacity);
        observedAt = Arrays.copyOf(observedAt, capacity);
        insertedAt = Arrays.copyOf(insertedAt, capacity);
        sequences = Arrays.copyOf(sequences, capacity);
        origins = Arrays.copyOf(origins, capacity);
        partitions = Arrays.copyOf(partitions, capacity);
        carried = Arrays.copyOf(carried, capacity);
    }
}
