package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.arrow.ObservationStream;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/** Reads log entries as the catalog of today has them: features are known by number, so an entry outlives names. Thread-safe. */
final class EntryReader {
    private final BufferAllocator allocator;

    /**
     * What an entry holds.
     *
     * @param rows without what was carried of removed features; on the heap
     * @param versions by which resolver versions the rows were computed
     * @param online whether they are for their online rows too
     */
    record Logged(FeatureBatch rows, ResolverVersions versions, boolean online) {}

    EntryReader(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * The set of an entry, or empty if that was removed.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the catalog has never heard of it, which another version may have
     */
    static Optional<FeatureSet> set(Catalog catalog, int number) {
        Optional<FeatureSet> set = catalog.sets().stream()
                .filter(one -> one.identity().number() == number)
                .findFirst();
        if (set.isEmpty() && catalog.removed().stream().noneMatch(one -> one.number() == number)) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "the observation log holds rows of set number " + number + ", which catalog version "
                            + catalog.version() + " does not know (expected a later version on this node)");
        }
        return set;
    }

    /**
     * The observations of an entry.
     *
     * @param set the entry's, as the catalog has it now
     */
    Logged read(FeatureSet set, LogEntry entry) {
        ObservationStream.Numbered logged = ObservationStream.read(entry.observations(), allocator);
        Map<Integer, Feature> features = new HashMap<>();
        set.features().forEach(feature -> features.put(feature.number(), feature));
        List<String> names = new ArrayList<>();
        List<Column> kept = new ArrayList<>();
        List<Column> lost = new ArrayList<>();
        for (int index = 0; index < logged.numbers().size(); index++) {
            int number = logged.numbers().get(index);
            Column column = logged.batch().column(index);
            Feature feature = features.get(number);
            if (number != 0 && feature == null) {
                lost.add(column);
            } else {
                names.add(feature == null ? logged.batch().names().get(index) : feature.name());
                kept.add(column);
            }
        }
        FeatureBatch batch = FeatureBatch.onHeap(names, kept, entry.rows());
        return new Logged(
                lost.isEmpty() ? batch : withoutEmptied(set, batch, lost), logged.versions(), logged.online());
    }

    /**
     * A tombstone of nothing but removed features says nothing any more: left in, it would carry none, which means a tombstone of all.
     */
    private static FeatureBatch withoutEmptied(FeatureSet set, FeatureBatch batch, List<Column> lost) {
        Column tombstones = batch.column(batch.names().indexOf(ObservationColumns.TOMBSTONE));
        List<Column> carried = new ArrayList<>();
        for (int index = set.key().size(); index < batch.columns().size(); index++) {
            if (!batch.names().get(index).startsWith("__")) {
                carried.add(batch.column(index));
            }
        }
        int[] rows = new int[batch.rows()];
        int count = 0;
        for (int row = 0; row < batch.rows(); row++) {
            boolean emptied = tombstones.booleanAt(row) && anyPresent(lost, row) && !anyPresent(carried, row);
            if (!emptied) {
                rows[count++] = row;
            }
        }
        return count == batch.rows() ? batch : choose(batch, rows, count);
    }

    private static boolean anyPresent(List<Column> columns, int row) {
        return columns.stream().anyMatch(column -> column.isPresent(row));
    }

    /** The chosen rows of a batch, in the order given; on the heap. */
    static FeatureBatch choose(FeatureBatch batch, int[] rows, int count) {
        List<Column> columns = new ArrayList<>();
        for (Column column : batch.columns()) {
            ColumnBuilder builder = new ColumnBuilder(column.type(), count);
            for (int row = 0; row < count; row++) {
                builder.copy(row, column, rows[row]);
            }
            columns.add(builder.build());
        }
        return FeatureBatch.onHeap(batch.names(), columns, count);
    }
}
