package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.execute.ObservationLog.Upload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An upload that others may be joined with: those of the same origin whose rows are of the same sets, versions and destinations, one by
 * one. Rows keep their order. Immutable.
 */
record JoinedUpload(Upload upload, long rows, long bytes) {
    /** An upload as it is. */
    static JoinedUpload of(Upload upload) {
        long rows = 0;
        long bytes = 0;
        for (SetRows one : upload.sets()) {
            rows += one.observations().rows();
            bytes += one.observations().sizeBytes();
        }
        return new JoinedUpload(upload, rows, bytes);
    }

    /** Whether the two can be one. One that its caller named stays alone: its name is that of just its rows. */
    boolean joins(JoinedUpload other) {
        List<SetRows> mine = upload.sets();
        List<SetRows> others = other.upload.sets();
        boolean joins = upload.ingestId() == null
                && other.upload.ingestId() == null
                && upload.origin() == other.upload.origin()
                && mine.size() == others.size();
        for (int index = 0; joins && index < mine.size(); index++) {
            joins = joins(mine.get(index), others.get(index));
        }
        return joins;
    }

    private static boolean joins(SetRows one, SetRows other) {
        // A set is the same under one identity: names and types of features change only together with it.
        return one.online() == other.online()
                && one.versions().equals(other.versions())
                && one.set().name().equals(other.set().name())
                && one.set().identity().equals(other.set().identity());
    }

    /**
     * One upload of several.
     *
     * @param uploads at least one, each of which joins the first
     */
    static JoinedUpload join(List<JoinedUpload> uploads) {
        JoinedUpload first = uploads.getFirst();
        if (uploads.size() == 1) {
            return first;
        }
        List<SetRows> joined = new ArrayList<>();
        for (int index = 0; index < first.upload.sets().size(); index++) {
            int at = index;
            SetRows like = first.upload.sets().get(index);
            List<FeatureBatch> batches = uploads.stream()
                    .map(one -> one.upload.sets().get(at).observations())
                    .toList();
            joined.add(new SetRows(like.set(), joined(like.set(), batches), like.versions(), like.online()));
        }
        return new JoinedUpload(
                new Upload(null, first.upload.origin(), joined),
                uploads.stream().mapToLong(JoinedUpload::rows).sum(),
                uploads.stream().mapToLong(JoinedUpload::bytes).sum());
    }

    private static FeatureBatch joined(FeatureSet set, List<FeatureBatch> batches) {
        int rows = batches.stream().mapToInt(FeatureBatch::rows).sum();
        Map<String, ColumnBuilder> builders = new LinkedHashMap<>();
        // Key columns come first, in the order of the key.
        set.keyFeatures()
                .forEach(key ->
                        builders.put(key.name(), new ColumnBuilder(key.type().columnType(), rows)));
        boolean tombstones = batches.stream().anyMatch(one -> one.names().contains(ObservationColumns.TOMBSTONE));
        if (tombstones) {
            builders.put(ObservationColumns.TOMBSTONE, falses(rows));
        }
        int from = 0;
        for (FeatureBatch batch : batches) {
            for (int index = 0; index < batch.columns().size(); index++) {
                Column column = batch.column(index);
                ColumnBuilder builder = builders.computeIfAbsent(
                        batch.names().get(index), name -> new ColumnBuilder(column.type(), rows));
                for (int row = 0; row < batch.rows(); row++) {
                    builder.copy(from + row, column, row);
                }
            }
            from += batch.rows();
        }
        List<Column> columns =
                builders.values().stream().map(ColumnBuilder::build).toList();
        return FeatureBatch.onHeap(List.copyOf(builders.keySet()), columns, rows);
    }

    /** A row of a batch without tombstones is none. */
    private static ColumnBuilder falses(int rows) {
        ColumnBuilder builder = new ColumnBuilder(ColumnType.BOOL, rows);
        for (int row = 0; row < rows; row++) {
            builder.setBits(row, 0);
        }
        return builder;
    }
}
