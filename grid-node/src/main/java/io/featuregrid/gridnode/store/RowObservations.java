package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Online rows told as observations: merged into an empty store, these make the same rows again, stamps, tombstones and resolver versions
 * included. What rows hold of features that their set no longer has is left out. Not safe for use by several threads.
 */
public final class RowObservations {
    private static final int BATCH_ROWS = 4_096;

    private final FeatureSet set;
    private final StoredValues values;
    private final Target target;
    private final Map<ResolverVersions, List<Row>> waiting = new HashMap<>();

    /** Takes batches of observations of one set, each with one version a feature. */
    @FunctionalInterface
    public interface Target {
        /**
         * Takes a batch.
         *
         * @param observations as {@link ObservationColumns} says, on the heap
         */
        void accept(FeatureSet set, FeatureBatch observations, ResolverVersions versions);
    }

    /** One observation; of a tombstone the values do not matter. */
    private record Row(
            List<Object> key, Stamp stamp, int origin, boolean tombstone, Map<Feature, @Nullable Object> carried) {}

    /** Observations of a set's rows, in the forms of {@code values}, for {@code target}. */
    public RowObservations(FeatureSet set, StoredValues values, Target target) {
        this.set = set;
        this.values = values;
        this.target = target;
    }

    /**
     * Adds a row.
     *
     * @param key a Long or a String for each key column
     * @param value the stored value of a feature number; null for a null
     */
    public void add(List<Object> key, RowStamps stamps, IntFunction<@Nullable Object> value) {
        for (int index = 1; index <= stamps.count(); index++) {
            Map<Feature, @Nullable Object> carried = new LinkedHashMap<>();
            Map<Feature, @Nullable Object> ended = new LinkedHashMap<>();
            Map<Integer, Integer> versions = new TreeMap<>();
            for (Feature feature : set.features()) {
                int pointer = stamps.pointer(feature.number());
                if (pointer != 0 && RowStamps.index(pointer) == index) {
                    if (RowStamps.isTombstone(pointer)) {
                        ended.put(feature, null);
                    } else {
                        carried.put(feature, value.apply(feature.number()));
                        versions.put(feature.number(), stamps.version(feature.number()));
                    }
                }
            }
            Stamp stamp = stamps.stamp(index);
            int origin = stamps.originCode(index);
            if (!carried.isEmpty() || index == stamps.newest()) {
                add(ResolverVersions.of(versions), new Row(key, stamp, origin, false, carried));
            }
            if (!ended.isEmpty()) {
                add(ResolverVersions.NONE, new Row(key, stamp, origin, true, ended));
            }
            if (index == stamps.tombstone()) {
                add(ResolverVersions.NONE, new Row(key, stamp, origin, true, Map.of()));
            }
        }
    }

    /** Hands over what waits for a batch to be full. */
    public void finish() {
        waiting.forEach(this::tell);
        waiting.clear();
    }

    private void add(ResolverVersions versions, Row row) {
        List<Row> rows = waiting.computeIfAbsent(versions, missing -> new ArrayList<>());
        rows.add(row);
        if (rows.size() == BATCH_ROWS) {
            tell(versions, rows);
            rows.clear();
        }
    }

    private void tell(ResolverVersions versions, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>(set.key());
        List<Column> columns = new ArrayList<>();
        List<Feature> keys = set.keyFeatures();
        for (int part = 0; part < keys.size(); part++) {
            columns.add(keys(keys.get(part), part, rows));
        }
        for (Feature feature : set.features()) {
            if (rows.stream().anyMatch(row -> row.carried().containsKey(feature))) {
                names.add(feature.name());
                columns.add(carried(feature, rows));
            }
        }
        names.addAll(List.of(
                ObservationColumns.OBSERVED_AT,
                ObservationColumns.INSERTED_AT,
                ObservationColumns.SEQUENCE,
                ObservationColumns.ORIGIN,
                ObservationColumns.TOMBSTONE));
        columns.addAll(stamps(rows));
        target.accept(set, FeatureBatch.onHeap(names, columns, rows.size()), versions);
    }

    private static Column keys(Feature key, int part, List<Row> rows) {
        ColumnBuilder column = new ColumnBuilder(key.type().columnType(), rows.size());
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row).key().get(part) instanceof Long number) {
                column.setBits(row, number);
            } else {
                column.setBytes(row, ((String) rows.get(row).key().get(part)).getBytes(StandardCharsets.UTF_8));
            }
        }
        return column.build();
    }

    private Column carried(Feature feature, List<Row> rows) {
        ColumnBuilder column = new ColumnBuilder(feature.type().columnType(), rows.size());
        for (int row = 0; row < rows.size(); row++) {
            Map<Feature, @Nullable Object> carried = rows.get(row).carried();
            Object value = carried.get(feature);
            if (value != null) {
                values.read(feature.type(), value, column, row);
            } else if (carried.containsKey(feature)) {
                column.setNull(row);
            }
        }
        return column.build();
    }

    private static List<Column> stamps(List<Row> rows) {
        ColumnBuilder observed = new ColumnBuilder(ColumnType.TIMESTAMP, rows.size());
        ColumnBuilder inserted = new ColumnBuilder(ColumnType.TIMESTAMP, rows.size());
        ColumnBuilder sequences = new ColumnBuilder(ColumnType.INT64, rows.size());
        ColumnBuilder origins = new ColumnBuilder(ColumnType.INT32, rows.size());
        ColumnBuilder tombstones = new ColumnBuilder(ColumnType.BOOL, rows.size());
        for (int row = 0; row < rows.size(); row++) {
            Row told = rows.get(row);
            observed.setBits(row, told.stamp().observedAt());
            inserted.setBits(row, told.stamp().insertedAt());
            sequences.setBits(row, told.stamp().sequence());
            origins.setBits(row, told.origin());
            tombstones.setBits(row, told.tombstone() ? 1 : 0);
        }
        return List.of(observed.build(), inserted.build(), sequences.build(), origins.build(), tombstones.build());
    }
}
