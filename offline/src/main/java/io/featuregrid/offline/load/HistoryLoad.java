package io.featuregrid.offline.load;

import io.featuregrid.offline.join.NewestObservations;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.layout.TableLayout;
import io.featuregrid.offline.work.Workers;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.time.Timestamps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Merges what history holds of a set, as of one time, into the online store. Some buckets at a time; memory is bounded by the entities that
 * are looked up at a time, whatever the set's size. A load that was interrupted goes on behind the buckets that it had done: newest wins, so
 * what was merged twice, or written meanwhile, stays right. Safe for several threads.
 */
public final class HistoryLoad {
    private final Path folder;
    private final OnlineStore online;
    private final Threads threads;
    private final int windowRows;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    /**
     * The threads of loads.
     *
     * @param joining look entities up
     * @param loading wait for them, and merge
     */
    public record Threads(Workers joining, Workers loading) {}

    /**
     * A way to load.
     *
     * @param folder where the progress of loads is kept
     * @param windowRows how many entities a thread looks up at a time, at most
     */
    public HistoryLoad(Path folder, OnlineStore online, Threads threads, int windowRows) {
        this.folder = folder;
        this.online = online;
        this.threads = threads;
        this.windowRows = windowRows;
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Loads a set.
     *
     * @param asOf microseconds; empty for now, or for the time of a load that was interrupted
     * @param now the clock
     * @throws FeatureGridException CONFLICT if the set is being loaded, INVALID_QUERY for a time to come; what the online store fails with.
     *     The load can then be gone on with
     */
    public LoadResult run(FeatureSet set, PinnedTable table, OptionalLong asOf, long now, LoadProgress progress) {
        if (asOf.isPresent() && asOf.getAsLong() > now) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the load of '" + set.name() + "' is as of " + Timestamps.format(asOf.getAsLong())
                            + " (expected a time until now, " + Timestamps.format(now) + ")");
        }
        if (!running.add(set.name())) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "'" + set.name() + "' is being loaded (expected one load at a time; wait for it)");
        }
        try {
            Path file = folder.resolve(set.name() + ".json");
            LoadRecord record = LoadRecord.read(file, set.table())
                    .filter(earlier -> asOf.isEmpty() || asOf.getAsLong() == earlier.asOf())
                    .orElseGet(() -> LoadRecord.begin(file, set.table(), asOf.orElse(now)));
            new Running(set, table, record, progress).run();
            record.delete();
            return new LoadResult(record.rows(), record.asOf());
        } finally {
            running.remove(set.name());
        }
    }

    /** One load. */
    private final class Running {
        private final FeatureSet set;
        private final PinnedTable table;
        private final LoadRecord record;
        private final LoadProgress progress;
        private long rows;
        private @Nullable RuntimeException failure;

        Running(FeatureSet set, PinnedTable table, LoadRecord record, LoadProgress progress) {
            this.set = set;
            this.table = table;
            this.record = record;
            this.progress = progress;
            this.rows = record.rows();
        }

        void run() {
            Map<Integer, List<HistoryFile>> files = table.snapshot().filesByBucket();
            List<Runnable> buckets = new ArrayList<>();
            for (int number = 0; number < TableLayout.BUCKETS; number++) {
                int bucket = number;
                if (!record.isDone(bucket)) {
                    buckets.add(() -> load(bucket, files.getOrDefault(bucket, List.of())));
                }
            }
            threads.loading().run(buckets, () -> stop(ended()));
        }

        private void load(int bucket, List<HistoryFile> files) {
            long bucketRows = 0;
            try (NewestObservations entities = NewestObservations.ofBucket(
                    set,
                    table,
                    files,
                    record.asOf(),
                    threads.joining(),
                    windowRows,
                    batch -> online.merge(set, batch))) {
                for (int existing = entities.next(); existing >= 0; existing = entities.next()) {
                    bucketRows += existing;
                    advance(existing);
                }
                done(bucket, bucketRows);
            } catch (RuntimeException thrown) {
                throw stop(thrown);
            }
        }

        private synchronized void advance(int existing) {
            if (failure != null) {
                throw failure;
            }
            rows += existing;
            progress.at(rows, record.bucketsDone(), TableLayout.BUCKETS);
        }

        private synchronized void done(int bucket, long bucketRows) {
            record.done(bucket, bucketRows);
            progress.at(rows, record.bucketsDone(), TableLayout.BUCKETS);
        }

        /** Makes every bucket end soon; answers why the first did. */
        private synchronized RuntimeException stop(RuntimeException why) {
            failure = failure == null ? why : failure;
            return failure;
        }

        private RuntimeException ended() {
            return new FeatureGridException(
                    ErrorCode.CANCELLED, "the load of '" + set.name() + "' was ended before it was complete");
        }
    }
}
