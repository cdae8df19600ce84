package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.read.ObservationBuffer;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.AsOf;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The observations of entities that all their values as of a time come from: merged into an online store they make it hold what it would
 * hold if it had been told every observation up to then. For one thread.
 *
 * <p>Of an entity these are the newest observation or tombstone of each feature, carrying the features that it is the newest of; the newest
 * tombstone of all; and the newest observation, even if it carries nothing that is newest, because by it the entity has a row. Ttls play no
 * part.
 */
public final class NewestObservations implements AutoCloseable {
    private static final int BYTES_OF_EXISTENCE = 128;

    private final long time;
    private final List<Feature> carried;
    private final SetLookup lookup;
    private final Cancellation cancellation = new Cancellation();
    private final Entities entities;
    private final ObservationBuffer buffer;

    private NewestObservations(
            FeatureSet set,
            PinnedTable table,
            long time,
            Workers workers,
            Consumer<FeatureBatch> target,
            Entities entities) {
        this.carried = set.carried();
        this.lookup = new SetLookup(set, table, AsOf.PLAIN, workers, cancellation);
        this.buffer = new ObservationBuffer(set, carried, target);
        this.time = time;
        this.entities = entities;
    }

    /** Whose observations are read. */
    private interface Entities {
        /** The next of them; null at the end. */
        @Nullable
        SpineRows next(long time);

        void close();
    }

    /**
     * Begins to read a bucket.
     *
     * @param files the bucket's
     * @param windowRows how many entities are looked up at a time, at most
     * @param target gets the observations as {@link io.featuregrid.planner.batch.ObservationColumns} says; need not close them
     */
    public static NewestObservations ofBucket(
            FeatureSet set,
            PinnedTable table,
            List<HistoryFile> files,
            long time,
            Workers workers,
            int windowRows,
            Consumer<FeatureBatch> target) {
        int rows = HistoryJoin.boundedRows(HistoryJoin.bytesOfValues(set.carried()) + BYTES_OF_EXISTENCE, windowRows);
        BucketKeys keys = new BucketKeys(set, table.snapshot(), files, rows);
        return new NewestObservations(set, table, time, workers, target, new Entities() {
            @Override
            public @Nullable SpineRows next(long asOf) {
                return keys.next(asOf);
            }

            @Override
            public void close() {
                keys.close();
            }
        });
    }

    /**
     * Begins to read some entities.
     *
     * @param keys the key columns of the set in the order of the key, with a value in every row; a few rows
     * @param target as for {@link #ofBucket}
     */
    public static NewestObservations ofEntities(
            FeatureSet set,
            PinnedTable table,
            FeatureBatch keys,
            long time,
            Workers workers,
            Consumer<FeatureBatch> target) {
        EntityKeys wanted = new EntityKeys(
                set.keyFeatures().stream().map(key -> key.type().columnType()).toList(), keys.rows());
        long[] times = new long[keys.rows()];
        boolean[] known = new boolean[keys.rows()];
        Arrays.fill(times, time);
        Arrays.fill(known, true);
        for (int row = 0; row < keys.rows(); row++) {
            for (int column = 0; column < wanted.columns(); column++) {
                wanted.set(row, column, keys.column(column), row);
            }
        }
        Iterator<SpineRows> once = List.of(new SpineRows(wanted, times, known)).iterator();
        return new NewestObservations(set, table, time, workers, target, new Entities() {
            @Override
            public @Nullable SpineRows next(long asOf) {
                return once.hasNext() ? once.next() : null;
            }

            @Override
            public void close() {}
        });
    }

    /** Hands on the observations of the next entities; answers how many of those have a row, or -1 at the end. */
    public int next() {
        SpineRows rows = entities.next(time);
        if (rows == null) {
            return -1;
        }
        Found found = new Found(carried, true, true, rows.rows());
        lookup.run(rows, found);
        Emission emission = new Emission(rows, found, Objects.requireNonNull(found.existence()));
        int existing = 0;
        for (int row = 0; row < rows.rows(); row++) {
            emission.emit(row);
            existing += found.exists(row) ? 1 : 0;
        }
        buffer.flush();
        return existing;
    }

    /** Makes the reading end soon; from any thread. */
    public void cancel() {
        cancellation.cancel();
    }

    @Override
    public void close() {
        entities.close();
    }

    /** Turns what was found into observations. */
    private final class Emission {
        private final SpineRows entities;
        private final List<NewestValues> features;
        private final NewestStamps observations;
        private final NewestStamps ends;
        /** The buffer's row that carries each feature. */
        private final int[] rowOfFeature;

        Emission(SpineRows entities, Found found, Found.Existence existence) {
            this.entities = entities;
            this.features = carried.stream().map(found::newest).toList();
            this.observations = existence.observations();
            this.ends = existence.ends();
            this.rowOfFeature = new int[features.size()];
        }

        void emit(int entity) {
            buffer.beginEntity();
            boolean existenceCarried = false;
            for (int index = 0; index < features.size(); index++) {
                NewestValues newest = features.get(index);
                NewestStamps stamps = newest.stamps();
                if (!stamps.met(entity) || stamps.compare(entity, ends, entity) == 0) {
                    continue;
                }
                int row = rowOf(entity, index);
                rowOfFeature[index] = row;
                ColumnBuilder target = buffer.feature(index);
                if (!newest.values().isPresent(entity)) {
                    // A tombstone of the feature: the value is ignored, but the feature has to be carried.
                    target.setNull(row);
                    buffer.tombstone(row, true);
                } else {
                    existenceCarried |= stamps.compare(entity, observations, entity) == 0;
                    ObservationBuffer.copy(newest.values(), entity, target, row);
                }
            }
            if (observations.met(entity) && !existenceCarried) {
                open(entity, observations);
            }
            if (ends.met(entity)) {
                buffer.tombstone(open(entity, ends), true);
            }
        }

        /** The row of the observation that the feature's newest comes from: that of an earlier feature with the same stamp, else a new one. */
        private int rowOf(int entity, int index) {
            NewestStamps stamps = features.get(index).stamps();
            for (int earlier = 0; earlier < index; earlier++) {
                if (features.get(earlier).stamps().compare(entity, stamps, entity) == 0) {
                    return rowOfFeature[earlier];
                }
            }
            return open(entity, stamps);
        }

        private int open(int entity, NewestStamps stamps) {
            int row = buffer.next();
            for (int column = 0; column < entities.keys().columns(); column++) {
                ColumnBuilder key = buffer.key(column);
                if (key.type().variable()) {
                    key.setBytes(row, entities.keys().bytesAt(entity, column));
                } else {
                    key.setBits(row, entities.keys().longAt(entity, column));
                }
            }
            buffer.stamp(
                    row,
                    stamps.observedAt(entity),
                    stamps.insertedAt(entity),
                    stamps.sequence(entity),
                    stamps.origin(entity));
            return row;
        }
    }
}
