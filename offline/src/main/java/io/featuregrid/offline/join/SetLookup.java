package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.layout.RowOrder;
import io.featuregrid.offline.layout.TableLayout;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.AsOf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks entities of one set up in its history, each as of a time of its own. Buckets are joined in parallel. */
final class SetLookup {
    private final FeatureSet set;
    private final PinnedTable table;
    private final AsOf asOf;
    private final Workers workers;
    private final Cancellation cancellation;
    private final Map<Integer, List<HistoryFile>> files;

    SetLookup(FeatureSet set, PinnedTable table, AsOf asOf, Workers workers, Cancellation cancellation) {
        this.set = set;
        this.table = table;
        this.asOf = asOf;
        this.workers = workers;
        this.cancellation = cancellation;
        this.files = table.snapshot().filesByBucket();
    }

    /** Looks features up, and maybe whether there is a row; what a feature's ttl hides is MISSING. */
    Found run(SpineRows spine, List<Feature> features, boolean existence) {
        Found found = new Found(features, existence, false, spine.rows());
        run(spine, found);
        found.features().forEach((feature, newest) -> newest.expire(spine.times(), feature.ttlMicros()));
        return found;
    }

    /** Looks up what there is room for, however old it is. */
    void run(SpineRows spine, Found found) {
        int[][] rows = spine.byBucket(TableLayout.BUCKETS);
        @Nullable Stamp[] marks = table.erased().isEmpty() ? null : spine.marks(table.erased());
        List<Runnable> tasks = new ArrayList<>();
        for (int bucket = 0; bucket < rows.length; bucket++) {
            int[] members = rows[bucket];
            List<HistoryFile> bucketFiles = files.get(bucket);
            if (members != null && bucketFiles != null) {
                tasks.add(
                        () -> joinBucket(new FileJoin.Rows(spine, sorted(spine, members), marks), bucketFiles, found));
            }
        }
        workers.run(tasks, cancellation::cancel);
        cancellation.check();
    }

    private static int[] sorted(SpineRows spine, int[] members) {
        return RowOrder.sort(members, (left, right) -> spine.keys().compare(left, spine.keys(), right));
    }

    private void joinBucket(FileJoin.Rows rows, List<HistoryFile> bucketFiles, Found found) {
        for (HistoryFile file : bucketFiles) {
            cancellation.check();
            new FileJoin(file, rows, asOf, found).run(set, table.snapshot(), cancellation);
        }
    }
}
