package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.AsOf;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every entity of a set as of one time, bucket by bucket: the bucket's keys are merged out of its files, some at a time, and joined like a
 * spine. Memory is bounded by the rows at a time and a chunk of keys of each file of one bucket, whatever the set's size. For one thread.
 */
public final class AsOfRead implements AutoCloseable {
    private final FeatureSet set;
    private final PinnedTable table;
    private final long time;
    private final int windowRows;
    private final List<Feature> carried;
    private final SetLookup lookup;
    private final Iterator<List<HistoryFile>> buckets;
    private @Nullable BucketKeys keys;

    public AsOfRead(FeatureSet set, PinnedTable table, long time, AsOf asOf, Workers workers, int windowRows) {
        this.set = set;
        this.table = table;
        this.time = time;
        this.windowRows = windowRows;
        this.carried = set.carried();
        this.lookup = new SetLookup(set, table, asOf, workers, new Cancellation());
        this.buckets = table.snapshot().filesByBucket().values().iterator();
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
                keys = new BucketKeys(set, table.snapshot(), buckets.next(), windowRows);
            }
            SpineRows entities = keys.next(time);
            if (entities != null) {
                return read(entities);
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

    private FeatureBatch read(SpineRows entities) {
        Found found = lookup.run(entities, carried, true);
        int rows = entities.rows();
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
            columns.add(entities.keyColumn(column).build(existing, count));
        }
        for (Feature feature : carried) {
            names.add(feature.name());
            columns.add(found.values(feature).build(existing, count));
        }
        return FeatureBatch.onHeap(names, columns, count);
    }
}
