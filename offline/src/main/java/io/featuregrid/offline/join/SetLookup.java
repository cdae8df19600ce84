package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.RowOrder;
import io.featuregrid.offline.layout.TableLayout;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.time.AsOf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Looks entities of one set up in its history, each as of a time of its own. Buckets are joined in parallel. */
final class SetLookup {
    private final FeatureSet set;
    private final TableSnapshot snapshot;
    private final AsOf asOf;
    private final ExecutorService executor;
    private final Cancellation cancellation;

    SetLookup(FeatureSet set, TableSnapshot snapshot, AsOf asOf, ExecutorService executor, Cancellation cancellation) {
        this.set = set;
        this.snapshot = snapshot;
        this.asOf = asOf;
        this.executor = executor;
        this.cancellation = cancellation;
    }

    /** What was found, row by row. */
    static final class Found {
        private final Map<Feature, NewestValues> features = new LinkedHashMap<>();
        private final @Nullable NewestValues existence;

        private Found(List<Feature> features, boolean existence, int rows) {
            for (Feature feature : features) {
                this.features.put(feature, new NewestValues(feature.type().columnType(), rows));
            }
            this.existence = existence ? new NewestValues(ColumnType.BOOL, rows) : null;
        }

        /** The values of a feature that was looked up. */
        ColumnBuilder values(Feature feature) {
            NewestValues newest = features.get(feature);
            if (newest == null) {
                throw new IllegalArgumentException("feature '" + feature.name() + "' was not looked up");
            }
            return newest.values();
        }

        /** Whether the entity has a row; only if that was asked. */
        boolean exists(int row) {
            return existence != null && existence.values().isPresent(row);
        }
    }

    Found run(SpineRows spine, List<Feature> features, boolean existence) {
        Found found = new Found(features, existence, spine.rows());
        Map<Integer, List<HistoryFile>> files = snapshot.filesByBucket();
        int[][] rows = spine.byBucket(TableLayout.BUCKETS);
        List<Future<?>> tasks = new ArrayList<>();
        AtomicBoolean failed = new AtomicBoolean();
        for (int bucket = 0; bucket < rows.length; bucket++) {
            int[] members = rows[bucket];
            List<HistoryFile> bucketFiles = files.get(bucket);
            if (members != null && bucketFiles != null) {
                tasks.add(submit(() -> {
                    if (!failed.get()) {
                        joinBucket(spine, members, bucketFiles, found);
                    }
                }));
            }
        }
        await(tasks, failed);
        found.features.forEach((feature, newest) ->
                newest.expire(spine.times(), feature.freshness().effectiveTtlMicros()));
        return found;
    }

    private void joinBucket(SpineRows spine, int[] members, List<HistoryFile> files, Found found) {
        int[] order = RowOrder.sort(members, (left, right) -> spine.keys().compare(left, spine.keys(), right));
        for (HistoryFile file : files) {
            cancellation.check();
            new FileJoin(file, spine, order, asOf, found.features, found.existence).run(set, snapshot, cancellation);
        }
    }

    private Future<?> submit(Runnable task) {
        try {
            return executor.submit(task);
        } catch (RejectedExecutionException closed) {
            throw closed(closed);
        }
    }

    /** Waits for every task, also after a failure or an interrupt: those that run write into shared columns. */
    private void await(List<Future<?>> tasks, AtomicBoolean failed) {
        RuntimeException first = null;
        boolean interrupted = false;
        for (Future<?> task : tasks) {
            boolean ended = false;
            while (!ended) {
                try {
                    task.get();
                    ended = true;
                } catch (ExecutionException failure) {
                    ended = true;
                    failed.set(true);
                    first = first == null ? unwrap(failure) : first;
                } catch (CancellationException dropped) {
                    ended = true;
                    first = first == null ? closed(dropped) : first;
                } catch (InterruptedException now) {
                    interrupted = true;
                    cancellation.cancel();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            cancellation.check();
        }
        if (first != null) {
            throw first;
        }
    }

    private static FeatureGridException closed(RuntimeException cause) {
        return new FeatureGridException(
                ErrorCode.CANCELLED, "the history was closed before the join was complete", cause);
    }

    private static RuntimeException unwrap(ExecutionException failure) {
        return failure.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failure);
    }
}
