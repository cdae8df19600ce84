package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.TypedValues;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One observation, as a test writes it.
 *
 * @param key a Long or String a key column
 * @param carried by name: null, or a Long (also for times and dates), Double, String or Boolean
 */
public record Observation(
        Stamp stamp, Origin origin, boolean tombstone, List<Object> key, Map<String, @Nullable Object> carried) {
    /** One that carries nothing yet. */
    public static Observation of(long observedAt, long insertedAt, long sequence, Object... key) {
        return new Observation(
                new Stamp(observedAt, insertedAt, sequence), Origin.UPLOAD, false, List.of(key), Map.of());
    }

    public Observation carrying(String feature, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(carried);
        more.put(feature, value);
        return new Observation(stamp, origin, tombstone, key, Collections.unmodifiableMap(more));
    }

    /** The tombstone of what this carries, or of all if it carries nothing. */
    public Observation asTombstone() {
        return new Observation(stamp, origin, true, key, carried);
    }

    public Observation from(Origin other) {
        return new Observation(stamp, other, tombstone, key, carried);
    }

    /** The batch of some observations. */
    public static FeatureBatch batch(FeatureSet set, List<Observation> observations) {
        Set<String> features = new LinkedHashSet<>();
        observations.forEach(one -> features.addAll(one.carried().keySet()));
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        int position = 0;
        for (Feature column : set.keyFeatures()) {
            int at = position++;
            add(names, columns, column, observations, one -> one.key().get(at));
        }
        for (String name : features) {
            FeatureType type = set.feature(name).orElseThrow().type();
            ColumnBuilder column = new ColumnBuilder(type.columnType(), observations.size());
            for (int row = 0; row < observations.size(); row++) {
                if (observations.get(row).carried().containsKey(name)) {
                    TypedValues.set(
                            type, column, row, observations.get(row).carried().get(name));
                }
            }
            names.add(name);
            columns.add(column.build());
        }
        add(
                names,
                columns,
                ObservationColumns.OBSERVED_AT,
                ColumnType.TIMESTAMP,
                observations,
                one -> one.stamp().observedAt());
        add(
                names,
                columns,
                ObservationColumns.INSERTED_AT,
                ColumnType.TIMESTAMP,
                observations,
                one -> one.stamp().insertedAt());
        add(
                names,
                columns,
                ObservationColumns.SEQUENCE,
                ColumnType.INT64,
                observations,
                one -> one.stamp().sequence());
        add(names, columns, ObservationColumns.ORIGIN, ColumnType.INT32, observations, one ->
                (long) one.origin().code());
        add(names, columns, ObservationColumns.TOMBSTONE, ColumnType.BOOL, observations, Observation::tombstone);
        return FeatureBatch.onHeap(names, columns, observations.size());
    }

    /** A batch of keys. */
    public static FeatureBatch keys(FeatureSet set, List<List<Object>> keys) {
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        int position = 0;
        for (Feature column : set.keyFeatures()) {
            int at = position++;
            ColumnBuilder builder = new ColumnBuilder(column.type().columnType(), keys.size());
            for (int row = 0; row < keys.size(); row++) {
                put(builder, row, keys.get(row).get(at));
            }
            names.add(column.name());
            columns.add(builder.build());
        }
        return FeatureBatch.onHeap(names, columns, keys.size());
    }

    private interface Part {
        Object of(Observation observation);
    }

    private static void add(
            List<String> names, List<Column> columns, Feature feature, List<Observation> observations, Part part) {
        add(names, columns, feature.name(), feature.type().columnType(), observations, part);
    }

    private static void add(
            List<String> names,
            List<Column> columns,
            String name,
            ColumnType type,
            List<Observation> observations,
            Part part) {
        ColumnBuilder column = new ColumnBuilder(type, observations.size());
        for (int row = 0; row < observations.size(); row++) {
            put(column, row, part.of(observations.get(row)));
        }
        names.add(name);
        columns.add(column.build());
    }

    private static void put(ColumnBuilder column, int row, @Nullable Object value) {
        switch (value) {
            case null -> column.setNull(row);
            case Long number -> column.setBits(row, number);
            case Double number -> column.setDouble(row, number);
            case Boolean truth -> column.setBits(row, truth ? 1 : 0);
            case String text -> column.setBytes(row, text.getBytes(StandardCharsets.UTF_8));
            default -> throw new IllegalArgumentException("value is a " + value.getClass());
        }
    }
}
