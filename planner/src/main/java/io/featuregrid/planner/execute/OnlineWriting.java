package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import java.util.ArrayList;
import java.util.List;

/** Writes computed values that are not stored offline: stamped, and merged into the online store only. Safe for use by several threads. */
public final class OnlineWriting {
    private final OnlineStore store;
    private final StampSource stamps;

    public OnlineWriting(OnlineStore store, StampSource stamps) {
        this.store = store;
        this.stamps = stamps;
    }

    /** Merges rows whose observed_at is given; their sets follow each other in the positions of one batch. */
    public void write(List<ObservationLog.SetRows> sets) {
        long insertedAt = stamps.next();
        long position = 0;
        for (ObservationLog.SetRows rows : sets) {
            FeatureBatch batch = rows.observations();
            List<String> names = new ArrayList<>(batch.names());
            List<Column> columns = new ArrayList<>(batch.columns());
            ColumnBuilder inserted = new ColumnBuilder(ColumnType.TIMESTAMP, batch.rows());
            ColumnBuilder sequences = new ColumnBuilder(ColumnType.INT64, batch.rows());
            ColumnBuilder origins = new ColumnBuilder(ColumnType.INT32, batch.rows());
            for (int row = 0; row < batch.rows(); row++) {
                inserted.setBits(row, insertedAt);
                sequences.setBits(row, stamps.sequence(position + row));
                origins.setBits(row, Origin.QUERY.code());
            }
            names.addAll(
                    List.of(ObservationColumns.INSERTED_AT, ObservationColumns.SEQUENCE, ObservationColumns.ORIGIN));
            columns.addAll(List.of(inserted.build(), sequences.build(), origins.build()));
            store.merge(rows.set(), FeatureBatch.onHeap(names, columns, batch.rows()), rows.versions());
            position += batch.rows();
        }
    }
}
