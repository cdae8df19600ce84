package io.featuregrid.offline.layout;

import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.types.Types;

/**
 * A history table at one snapshot: its columns, its carry sets and its files. Immutable.
 *
 * @param table the table's name
 * @param snapshotId Iceberg's, or 0 for a table without rows
 * @param columns the table's columns in order, with their field ids
 * @param files in no order
 */
public record TableSnapshot(
        String table, long snapshotId, List<SnapshotColumn> columns, Contents contents, List<HistoryFile> files) {
    /** A column of the table and Iceberg's id of it, by which files are read. */
    public record SnapshotColumn(TypedColumn column, int fieldId) {}

    /**
     * What the columns and files mean.
     *
     * @param fieldIds Iceberg field id by feature number
     * @param carrySets feature numbers by number of a carry set
     */
    public record Contents(Map<Integer, Integer> fieldIds, Map<Integer, List<Integer>> carrySets) {
        public Contents {
            fieldIds = Map.copyOf(fieldIds);
            carrySets = Map.copyOf(carrySets);
        }
    }

    public TableSnapshot {
        columns = List.copyOf(columns);
        files = List.copyOf(files);
    }

    /** The table of a set into which nothing was ever written. */
    public static TableSnapshot empty(FeatureSet set) {
        List<SnapshotColumn> columns = new ArrayList<>();
        for (Types.NestedField field : TableLayout.initialSchema(set).columns()) {
            columns.add(column(field));
        }
        return new TableSnapshot(set.table(), 0, columns, new Contents(Map.of(), Map.of()), List.of());
    }

    static SnapshotColumn column(Types.NestedField field) {
        return new SnapshotColumn(new TypedColumn(field.name(), TableLayout.columnType(field.type())), field.fieldId());
    }

    /** The field id of a key or system column. */
    public int fieldId(String name) {
        return columns.stream()
                .filter(column -> column.column().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("table '" + table + "' has no column '" + name + "'"))
                .fieldId();
    }

    /** The field id of a feature, or empty if none was ever written. */
    public Optional<Integer> fieldId(Feature feature) {
        return Optional.ofNullable(contents.fieldIds().get(feature.number()));
    }

    /** The files by bucket. */
    public Map<Integer, List<HistoryFile>> filesByBucket() {
        Map<Integer, List<HistoryFile>> byBucket = new HashMap<>();
        for (HistoryFile file : files) {
            byBucket.computeIfAbsent(file.bucket(), bucket -> new ArrayList<>()).add(file);
        }
        return byBucket;
    }

    /** What was read, for reports. */
    public String describe() {
        return table + "@" + snapshotId;
    }
}
