package io.featuregrid.gridnode.ingest.simulation;

import io.featuregrid.gridnode.ingest.EntryKey;
import io.featuregrid.gridnode.ingest.LogEntry;
import io.featuregrid.gridnode.ingest.LogStore;
import io.featuregrid.gridnode.ingest.Partitions;
import io.featuregrid.gridnode.ingest.Segment;
import io.featuregrid.gridnode.ingest.SegmentRecords;
import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.gridnode.ingest.UploadRecords;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ports of a node of a {@link SimulatedGrid}: each call is a step before and a step after its effect, and may fail at either. */
final class SimulatedStores {
    private SimulatedStores() {}

    private static void around(SimulatedGrid grid, Runnable effect) {
        grid.timeline.step();
        grid.fail();
        effect.run();
        grid.timeline.step();
        grid.fail();
    }

    private static <K, V> boolean compareAndSet(
            SimulatedGrid grid, Map<K, V> map, K key, @Nullable V expected, V next) {
        boolean[] set = new boolean[1];
        around(grid, () -> {
            V now = map.get(key);
            if (expected == null ? now == null : expected.equals(now)) {
                map.put(key, next);
                set[0] = true;
            }
        });
        return set[0];
    }

    record Log(SimulatedGrid grid) implements LogStore {
        @Override
        public void put(LogEntry entry) {
            around(grid, () -> grid.entries.put(entry.key(), entry));
        }

        @Override
        public @Nullable LogEntry get(EntryKey key) {
            grid.timeline.step();
            LogEntry entry = grid.entries.get(key);
            grid.timeline.step();
            return entry;
        }

        @Override
        public List<LogEntry> getAll(Collection<EntryKey> keys) {
            List<LogEntry> found = new ArrayList<>();
            for (EntryKey key : keys) {
                LogEntry entry = get(key);
                if (entry != null) {
                    found.add(entry);
                }
            }
            return found;
        }

        @Override
        public void remove(Collection<EntryKey> keys) {
            for (EntryKey key : keys) {
                around(grid, () -> grid.entries.remove(key));
            }
        }

        @Override
        public List<LogEntry.Summary> scan(int partition) {
            grid.timeline.step();
            List<LogEntry.Summary> found = grid.entries.values().stream()
                    .filter(entry -> entry.key().partition() == partition)
                    .map(LogEntry::summary)
                    .toList();
            grid.timeline.step();
            return found;
        }
    }

    record Uploads(SimulatedGrid grid, SimulatedGrid.Node node) implements UploadRecords {
        @Override
        public @Nullable UploadRecord get(String id) {
            grid.timeline.step();
            UploadRecord record = grid.uploads.get(id);
            grid.timeline.step();
            return record;
        }

        @Override
        public boolean create(UploadRecord record) {
            return compareAndSet(grid, grid.uploads, record.id(), null, record);
        }

        @Override
        public boolean replace(UploadRecord expected, UploadRecord next) {
            return compareAndSet(grid, grid.uploads, expected.id(), expected, next);
        }

        @Override
        public void remove(UploadRecord record) {
            around(grid, () -> grid.uploads.remove(record.id(), record));
        }

        @Override
        public List<UploadRecord> begunBefore(long unfinishedBefore, long finishedBefore) {
            grid.timeline.step();
            return grid.uploads.values().stream()
                    .filter(record -> record.attempt().since()
                            < (record.state() == UploadRecord.State.PREPARED ? unfinishedBefore : finishedBefore))
                    .toList();
        }
    }

    record Segments(SimulatedGrid grid) implements SegmentRecords {
        @Override
        public @Nullable Segment get(int set, int shard) {
            grid.timeline.step();
            Segment segment = grid.segments.get(List.of(set, shard));
            grid.timeline.step();
            return segment;
        }

        @Override
        public boolean create(Segment segment) {
            return compareAndSet(grid, grid.segments, List.of(segment.set(), segment.shard()), null, segment);
        }

        @Override
        public boolean replace(Segment expected, Segment next) {
            return compareAndSet(grid, grid.segments, List.of(next.set(), next.shard()), expected, next);
        }
    }

    record Owners(SimulatedGrid grid, SimulatedGrid.Node node) implements Partitions {
        @Override
        public String self() {
            return node.name();
        }

        @Override
        public int count() {
            return SimulatedGrid.PARTITIONS;
        }

        @Override
        public int partition(FeatureSet set, List<Column> keys, int row) {
            return Math.floorMod(Arrays.hashCode(KeyBytes.of(keys, row)), SimulatedGrid.PARTITIONS);
        }

        @Override
        public String owner(int partition) {
            return grid.owner(partition);
        }

        @Override
        public long version() {
            return grid.version();
        }

        @Override
        public String committer(FeatureSet set) {
            return grid.committer(set);
        }

        @Override
        public boolean alive(String node) {
            return grid.alive(node);
        }
    }
}
