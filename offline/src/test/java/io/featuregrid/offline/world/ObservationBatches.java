package io.featuregrid.offline.world;

import io.featuregrid.offline.world.AsOfOracle.Kind;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Observations as batches, and what online stores hold as cells. */
public final class ObservationBatches {
    private ObservationBatches() {}

    /** Keys of entities, each a cell a key column. */
    public static FeatureBatch keys(FeatureSet set, List<List<Object>> keys) {
        List<Column> columns = new ArrayList<>();
        List<Feature> features = set.keyFeatures();
        for (int index = 0; index < features.size(); index++) {
            int column = index;
            columns.add(column(features.get(column).type().columnType(), keys, key -> key.get(column)));
        }
        return FeatureBatch.onHeap(set.key(), columns, keys.size());
    }

    /**
     * Observations as the set has its features by now: those that are gone are not carried, and of a tombstone that then carries nothing
     * nothing is left.
     */
    public static FeatureBatch of(FeatureSet set, List<Observation> given, Function<Observation, Origin> origins) {
        List<Feature> features = set.carried();
        List<Observation> observations = given.stream()
                .filter(one -> one.kind() != Kind.TOMBSTONE_OF_SOME
                        || features.stream().anyMatch(feature -> one.carried().containsKey(feature.number())))
                .toList();
        FeatureBatch keys =
                keys(set, observations.stream().map(one -> one.entity().key()).toList());
        List<String> names = new ArrayList<>(keys.names());
        List<Column> columns = new ArrayList<>(keys.columns());
        for (Feature feature : features) {
            names.add(feature.name());
            columns.add(column(
                    feature.type().columnType(),
                    observations,
                    one -> one.carried().getOrDefault(feature.number(), Cell.MISSING)));
        }
        names.add(ObservationColumns.OBSERVED_AT);
        columns.add(column(ColumnType.TIMESTAMP, observations, Observation::observedAt));
        names.add(ObservationColumns.INSERTED_AT);
        columns.add(column(ColumnType.TIMESTAMP, observations, Observation::insertedAt));
        names.add(ObservationColumns.SEQUENCE);
        columns.add(column(ColumnType.INT64, observations, Observation::sequence));
        names.add(ObservationColumns.ORIGIN);
        columns.add(column(
                ColumnType.INT32, observations, one -> (long) origins.apply(one).code()));
        names.add(ObservationColumns.TOMBSTONE);
        columns.add(column(ColumnType.BOOL, observations, one -> one.kind() != Kind.VALUES));
        return FeatureBatch.onHeap(names, columns, observations.size());
    }

    /** All that a store tells of entities: a line each with existence, and each feature's cell, stamp, origin and whether it is a tombstone's. */
    public static List<String> describe(OnlineStore store, FeatureSet set, List<List<Object>> keys, long now) {
        OnlineRows rows = store.read(OnlineRead.ofAnyAge(set, set.carried(), now, true), keys(set, keys));
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < keys.size(); row++) {
            StringBuilder line = new StringBuilder(keys.get(row) + (rows.exists()[row] ? " exists" : " is no row"));
            for (int index = 0; index < set.carried().size(); index++) {
                int at = row;
                int feature = index;
                line.append(' ').append(set.carried().get(index).name()).append('=');
                line.append(Cell.at(rows.values().column(index), row));
                java.util.Objects.requireNonNull(rows.stamps())
                        .get(feature)
                        .stamp(at)
                        .ifPresent(stamp -> line.append(" of ")
                                .append(stamp)
                                .append(java.util.Objects.requireNonNull(rows.stamps())
                                        .get(feature)
                                        .origin(at))
                                .append(
                                        java.util.Objects.requireNonNull(rows.stamps())
                                                        .get(feature)
                                                        .tombstone(at)
                                                ? " ended"
                                                : ""));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static <T> Column column(ColumnType type, List<T> rows, Function<T, Object> cell) {
        ColumnBuilder builder = new ColumnBuilder(type, rows.size());
        for (int row = 0; row < rows.size(); row++) {
            Cell.set(builder, row, cell.apply(rows.get(row)));
        }
        return builder.build();
    }
}
