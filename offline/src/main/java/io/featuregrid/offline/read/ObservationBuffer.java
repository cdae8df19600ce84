package io.featuregrid.offline.read;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gathers observations and hands them on in batches as {@link ObservationColumns} says, of about {@value #ROWS} rows at most. For one thread.
 */
public final class ObservationBuffer {
    /** Rows of a batch: a call over the network then costs little a row, and the batch stays small. */
    public static final int ROWS = 4_096;

    private final List<String> names = new ArrayList<>();
    private final List<ColumnBuilder> builders = new ArrayList<>();
    private final Consumer<FeatureBatch> target;
    private final int keys;
    private final int features;
    private final int[] order;
    private int rows;

    /**
     * An empty buffer.
     *
     * @param features what its observations may carry
     * @param target gets each batch, which it need not close
     */
    public ObservationBuffer(FeatureSet set, List<Feature> features, Consumer<FeatureBatch> target) {
        this.target = target;
        this.keys = set.key().size();
        this.features = features.size();
        // At least one observation a feature, one that carries none, and a tombstone of all.
        this.order = new int[Math.max(ROWS, mostOfAnEntity())];
        set.keyFeatures().forEach(this::add);
        features.forEach(this::add);
        add(ObservationColumns.OBSERVED_AT, ColumnType.TIMESTAMP);
        add(ObservationColumns.INSERTED_AT, ColumnType.TIMESTAMP);
        add(ObservationColumns.SEQUENCE, ColumnType.INT64);
        add(ObservationColumns.ORIGIN, ColumnType.INT32);
        add(ObservationColumns.TOMBSTONE, ColumnType.BOOL);
        for (int row = 0; row < order.length; row++) {
            order[row] = row;
        }
    }

    private int mostOfAnEntity() {
        return features + 2;
    }

    /** Makes room for as many observations as the newest values of an entity can come from, without a batch handed on between them. */
    public void beginEntity() {
        if (rows + mostOfAnEntity() > order.length) {
            flush();
        }
    }

    private void add(Feature feature) {
        add(feature.name(), feature.type().columnType());
    }

    private void add(String name, ColumnType type) {
        names.add(name);
        builders.add(new ColumnBuilder(type, order.length));
    }

    /** Room for one observation more, whose key and stamp must be set; it carries no feature yet. */
    public int next() {
        if (rows == order.length) {
            flush();
        }
        for (int feature = 0; feature < features; feature++) {
            feature(feature).setMissing(rows);
        }
        return rows++;
    }

    public ColumnBuilder key(int column) {
        return builders.get(column);
    }

    /** The values of the feature at a place among those that observations may carry. */
    public ColumnBuilder feature(int index) {
        return builders.get(keys + index);
    }

    /** Sets when and how an observation was made. */
    public void stamp(int row, long observedAt, long insertedAt, long sequence, int origin) {
        int first = keys + features;
        builders.get(first).setBits(row, observedAt);
        builders.get(first + 1).setBits(row, insertedAt);
        builders.get(first + 2).setBits(row, sequence);
        builders.get(first + 3).setBits(row, origin);
        tombstone(row, false);
    }

    public void tombstone(int row, boolean tombstone) {
        builders.get(keys + features + 4).setBits(row, tombstone ? 1 : 0);
    }

    /** Hands on what has been gathered. */
    public void flush() {
        if (rows == 0) {
            return;
        }
        List<Column> columns =
                builders.stream().map(builder -> builder.build(order, rows)).toList();
        int count = rows;
        rows = 0;
        target.accept(FeatureBatch.onHeap(names, columns, count));
    }

    /** Copies a value or a null that was read. */
    public static void copy(ColumnBuilder source, int row, ColumnBuilder target, int targetRow) {
        if (!source.hasValue(row)) {
            target.setNull(targetRow);
        } else if (source.type().variable()) {
            target.setBytes(targetRow, source.bytesAt(row));
        } else {
            target.setBits(targetRow, source.bitsAt(row));
        }
    }
}
