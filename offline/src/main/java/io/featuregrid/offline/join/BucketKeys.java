package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.offline.read.DistinctKeys;
import io.featuregrid.offline.read.HistoryFileReader.Wanted;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entities of one bucket, some at a time, as rows to look up. For one thread. */
final class BucketKeys implements AutoCloseable {
    private final List<Wanted> columns;
    private final DistinctKeys keys;
    private final int windowRows;

    BucketKeys(FeatureSet set, TableSnapshot snapshot, List<HistoryFile> files, int windowRows) {
        this.columns = set.keyFeatures().stream()
                .map(key -> new Wanted(snapshot.fieldId(key.name()), key.type().columnType(), true))
                .toList();
        this.keys = new DistinctKeys(files, columns);
        this.windowRows = windowRows;
    }

    /** The next entities, all with one time; null at the end. */
    @Nullable
    SpineRows next(long time) {
        EntityKeys window = new EntityKeys(columns.stream().map(Wanted::type).toList(), windowRows);
        int rows = keys.next(window, windowRows);
        if (rows == 0) {
            return null;
        }
        long[] times = new long[rows];
        boolean[] known = new boolean[rows];
        Arrays.fill(times, time);
        Arrays.fill(known, true);
        return new SpineRows(window, times, known);
    }

    @Override
    public void close() {
        keys.close();
    }
}
