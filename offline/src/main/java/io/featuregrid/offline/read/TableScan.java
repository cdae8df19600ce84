package io.featuregrid.offline.read;

import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.batch.ValueType;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads the files of a snapshot one after the other. */
public final class TableScan implements HistoryScan {
    private final List<TypedColumn> columns;
    private final List<HistoryFileReader.Wanted> wanted;
    private final Iterator<HistoryFile> files;
    private @Nullable HistoryFileReader reader;

    /** A scan of the table of a set, which knows the declared types of its features, of those removed from it too. */
    public TableScan(TableSnapshot snapshot, FeatureSet set) {
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
        int[] rows = IntStream.range(0, chunk.rows()).toArray();
        List<Column> values = new ArrayList<>();
        for (int column = 0; column < columns.size(); column++) {
            values.add(chunk.column(column).build(rows, rows.length));
        }
        return FeatureBatch.onHeap(columns.stream().map(TypedColumn::name).toList(), values, rows.length);
    }
}
