package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.read.ObservationBuffer;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.AsOf;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The observations of one bucket that all its values as of a time come from: merged into an online store they make it hold what it would
 * hold if it had been told every observation up to then. For one thread.
 *
 * <p>Of an entity these are the newest observation or tombstone of each feature, carrying the features that it is the newest of; the newest
 * tombstone of all; and the newest observation, even if it carries nothing that is newest, because by it the entity has a row. Ttls play no
 * part.
 */
public final class NewestObservations implements AutoCloseable {
    private final long time;
    private final List<Feature> carried;
    private final SetLookup lookup;
    private final Cancellation cancellation = new Cancellation();
    private final BucketKeys keys;
    private final ObservationBuffer buffer;

    /**
     * Begins to read a bucket.
     *
     * @param files the bucket's
     * @param windowRows how many entities are looked up at a time, at most
     * @param target gets the observations as {@link io.featuregrid.planner.batch.ObservationColumns} says; need not close them
     */
    public NewestObservations(
            FeatureSet set,
            PinnedTable table,
            List<HistoryFile> files,
            long time,
            Workers workers,
            int windowRows,
            Consumer<FeatureBatch> target) {
        this.time = time;
        this.carried = set.carried();
        this.lookup = new SetLookup(set, table, AsOf.PLAIN, workers, cancellation);
        this.buffer = new ObservationBuffer(set, carried, target);
        this.keys =
                new BucketKeys(set, table.snapshot(), files, HistoryJoin.boundedRows(carried.size() + 2L, windowRows));
    }

    /** Hands on the observations of the next entities; answers how many of those have a row, or -1 at the end. */
    public int next() {
        SpineRows entities = keys.next(time);
        if (entities == null) {
            return -1;
        }
        Found found = new Found(carried, true, true, entities.rows());
        lookup.run(entities, found);
        Emission emission = new Emission(entities, found, Objects.requireNonNull(found.existence()));
        int existing = 0;
        for (int row = 0; row < entities.rows(); row++) {
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
        keys.close();
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
