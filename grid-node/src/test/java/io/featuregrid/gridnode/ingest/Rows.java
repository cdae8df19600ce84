package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.definition.Documentation;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Values;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.execute.ObservationLog.Upload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sets and rows as tests write them down. */
public final class Rows {
    /** A cell of a feature that the row does not carry. */
    public static final Object MISSING = new Object();

    private Rows() {}

    /**
     * A set whose features are numbered from 1 in the order given.
     *
     * @param key the names of those that are key columns
     */
    public static FeatureSet set(String name, int number, List<String> key, Feature... features) {
        return new FeatureSet(
                new FeatureSet.Identity(name, number, features.length + 1, 1, false, List.of()),
                key,
                null,
                List.of(features),
                List.of());
    }

    public static Feature feature(String name, int number, FeatureType type) {
        return new Feature(
                name, number, 1, new Values(type, true, null, null, null), Freshness.UNDECLARED, Documentation.NONE);
    }

    /**
     * Rows of a set: {@code observed_at} (Long or {@link #MISSING}), whether it is a tombstone, then a cell a column.
     *
     * @param names the columns, key columns first
     */
    public static SetRows of(FeatureSet set, List<String> names, List<List<Object>> rows) {
        List<Column> columns = new ArrayList<>();
        List<String> all = new ArrayList<>(names);
        for (int column = 0; column < names.size(); column++) {
            ColumnType type =
                    set.feature(names.get(column)).orElseThrow().type().columnType();
            columns.add(column(type, rows, column + 2));
        }
        all.add(ObservationColumns.OBSERVED_AT);
        columns.add(column(ColumnType.TIMESTAMP, rows, 0));
        all.add(ObservationColumns.TOMBSTONE);
        columns.add(column(ColumnType.BOOL, rows, 1));
        return new SetRows(set, FeatureBatch.onHeap(all, columns, rows.size()));
    }

    public static Upload upload(@Nullable String ingestId, SetRows... rows) {
        return new Upload(ingestId, Origin.UPLOAD, List.of(rows));
    }

    private static Column column(ColumnType type, List<List<Object>> rows, int cell) {
        ColumnBuilder builder = new ColumnBuilder(type, rows.size());
        for (int row = 0; row < rows.size(); row++) {
            Object value = rows.get(row).get(cell);
            if ("null".equals(value)) {
                builder.setNull(row);
            } else if (value instanceof String text) {
                builder.setBytes(row, text.getBytes(StandardCharsets.UTF_8));
            } else if (value instanceof Boolean flag) {
                builder.setBits(row, flag ? 1 : 0);
            } else if (value instanceof Long number) {
                builder.setBits(row, number);
            }
        }
        return builder.build();
    }
}
