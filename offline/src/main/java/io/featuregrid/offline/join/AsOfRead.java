package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.offline.read.DistinctKeys;
import io.featuregrid.offline.read.HistoryFileReader.Wanted;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.AsOf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Every entity of a set as of one time, bucket by bucket: the bucket's keys are merged out of its files, some at a time, and joined like a
 * spine. Memory is bounded by the rows at a time and a chunk of keys of each file of one bucket, whatever the set's size. For one thread.
 */
public final class AsOfRead implements AutoCloseable {
    private final FeatureSet set;
    private final TableSnapshot snapshot;
    private final long time;
    private final int windowRows;
    private final List<Feature> carried;
    private final SetLookup lookup;
    private final Iterator<List<HistoryFile>> buckets;
    private @Nullable DistinctKeys keys;

    public AsOfRead(
            FeatureSet set, TableSnapshot snapshot, long time, AsOf asOf, ExecutorService executor, int windowRows) {
        this.set = set;
        this.snapshot = snapshot;
        this.time = time;
        this.windowRows = windowRows;
        this.carried = set.carried();
        this.lookup = new SetLookup(set, snapshot, asOf, executor, new Cancellation());
        this.buckets = snapshot.filesByBucket().values().iterator();
    }

    /**
     * The next entities, or null at the end. The caller closes the batch.
     *
     * @return the key columns, then all other features; MISSING where nothing qualifies. May have no row
     */
    public @Nullable FeatureBatch next() {
        while (true) {
            if (keys == null) {
                if (!buckets.hasNext()) {
                    return null;
                }
                keys = new DistinctKeys(buckets.next(), keyColumns());
            }
            EntityKeys window =
                    new EntityKeys(keyColumns().stream().map(Wanted::type).toList(), windowRows);
            int rows = keys.next(window, windowRows);
            if (rows > 0) {
                return read(window, rows);
            }
            close();
        }
    }

    @Override
    public void close() {
        if (keys != null) {
            keys.close();
            keys = null;
        }
    }

    private List<Wanted> keyColumns() {
        return set.keyFeatures().stream()
                .map(key -> new Wanted(snapshot.fieldId(key.name()), key.type().columnType(), true))
                .toList();
    }

    private FeatureBatch read(EntityKeys window, int rows) {
        long[] times = new long[rows];
        boolean[] known = new boolean[rows];
        Arrays.fill(times, time);
        Arrays.fill(known, true);
        SetLookup.Found found = lookup.run(new SpineRows(window, times, known), carried, true);
        int[] existing = new int[rows];
        int count = 0;
        for (int row = 0; row < rows; row++) {
            if (found.exists(row)) {
                existing[count++] = row;
            }
        }
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        List<Feature> keyFeatures = set.keyFeatures();
        for (int column = 0; column < keyFeatures.size(); column++) {
            names.add(keyFeatures.get(column).name());
            columns.add(keyColumn(window, column, rows).build(existing, count));
        }
        for (Feature feature : carried) {
            names.add(feature.name());
            columns.add(found.values(feature).build(existing, count));
        }
        return FeatureBatch.onHeap(names, columns, count);
    }

    private static ColumnBuilder keyColumn(EntityKeys window, int column, int rows) {
        ColumnBuilder builder = new ColumnBuilder(window.type(column), rows);
        for (int row = 0; row < rows; row++) {
            if (builder.type().variable()) {
                builder.setBytes(row, window.bytesAt(row, column));
            } else {
                builder.setBits(row, window.longAt(row, column));
            }
        }
        return builder;
    }
}
