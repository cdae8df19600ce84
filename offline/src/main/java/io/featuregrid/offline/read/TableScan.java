package io.featuregrid.offline.read;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.layout.SystemColumns;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.batch.ValueType;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.execute.ErasureList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads the files of a snapshot one after the other, without what was erased. */
public final class TableScan implements HistoryScan {
    private final List<TypedColumn> columns;
    private final List<HistoryFileReader.Wanted> wanted;
    private final Iterator<HistoryFile> files;
    private final ErasureList erased;
    private final List<Integer> keyColumns;
    private final int insertedAt;
    private final int sequence;
    private @Nullable HistoryFileReader reader;

    /** A scan of the table of a set, which knows the declared types of its features, of those removed from it too. */
    public TableScan(FeatureSet set, PinnedTable table) {
        TableSnapshot snapshot = table.snapshot();
        this.erased = table.erased();
        Map<Integer, FeatureType> types = new HashMap<>();
        set.identity().removed().forEach(feature -> types.put(feature.number(), feature.type()));
        set.features().forEach(feature -> types.put(feature.number(), feature.type()));
        Map<Integer, ValueType> byFieldId = new HashMap<>();
        snapshot.contents().fieldIds().forEach((number, fieldId) -> {
            FeatureType type = types.get(number);
            if (type != null) {
                byFieldId.put(fieldId, type);
            }
        });
        this.columns = snapshot.columns().stream()
                .map(column -> new TypedColumn(
                        column.column().name(),
                        byFieldId.getOrDefault(column.fieldId(), column.column().valueType())))
                .toList();
        this.wanted = snapshot.columns().stream()
                .map(column -> new HistoryFileReader.Wanted(
                        column.fieldId(), column.column().type(), false))
                .toList();
        this.files = snapshot.files().iterator();
        List<String> names = columns.stream().map(TypedColumn::name).toList();
        this.keyColumns = set.key().stream().map(names::indexOf).toList();
        this.insertedAt = names.indexOf(SystemColumns.INSERTED_AT);
        this.sequence = names.indexOf(SystemColumns.SEQUENCE);
    }

    @Override
    public List<TypedColumn> columns() {
        return columns;
    }

    @Override
    public @Nullable FeatureBatch next() {
        while (true) {
            if (reader == null) {
                if (!files.hasNext()) {
                    return null;
                }
                reader = new HistoryFileReader(files.next(), wanted);
            }
            HistoryFileReader.Chunk chunk = reader.next();
            if (chunk != null) {
                return batch(chunk);
            }
            close();
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    private FeatureBatch batch(HistoryFileReader.Chunk chunk) {
        int[] rows = erased.isEmpty() ? IntStream.range(0, chunk.rows()).toArray() : notErased(chunk);
        List<Column> values = new ArrayList<>();
        for (int column = 0; column < columns.size(); column++) {
            values.add(chunk.column(column).build(rows, rows.length));
        }
        return FeatureBatch.onHeap(columns.stream().map(TypedColumn::name).toList(), values, rows.length);
    }

    private int[] notErased(HistoryFileReader.Chunk chunk) {
        EntityKeys keys = new EntityKeys(
                keyColumns.stream().map(column -> columns.get(column).type()).toList(), chunk.rows());
        for (int column = 0; column < keys.columns(); column++) {
            keys.set(column, chunk.column(keyColumns.get(column)), chunk.rows());
        }
        return IntStream.range(0, chunk.rows())
                .filter(row -> !erased.hides(
                        keys.canonicalBytes(row),
                        chunk.column(insertedAt).bitsAt(row),
                        chunk.column(sequence).bitsAt(row)))
                .toArray();
    }
}
