package io.featuregrid.offline.read;

import io.featuregrid.offline.layout.CarrySets;
import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PinnedTable;
import io.featuregrid.offline.layout.SystemColumns;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.offline.read.HistoryFileReader.Chunk;
import io.featuregrid.offline.read.HistoryFileReader.Wanted;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The observations of one data file that can matter to what is newest. For one thread.
 *
 * <p>All rows of a file carry the same features and are sorted by key and stamp, so of an entity only the last one can win. If that is a
 * tombstone of some features, the last observation before it matters too: by it the entity has a row. In a file of the shared carry set rows
 * carry different features, so all of them are handed on. An entity that goes on in the next chunk is seen as two, which costs a row.
 */
public final class NewestRows {
    private final FeatureSet set;
    private final PinnedTable table;
    private final HistoryFile file;
    private final long until;
    private final List<Wanted> wanted = new ArrayList<>();
    private final List<Feature> features = new ArrayList<>();
    private final boolean carriesUnknown;
    private final boolean shared;
    private final int firstFeature;
    private final int observedAt;

    /**
     * The file's observations.
     *
     * @param until rows that were observed later are left out
     */
    public NewestRows(FeatureSet set, PinnedTable table, HistoryFile file, long until) {
        this.set = set;
        this.table = table;
        this.file = file;
        this.until = until;
        this.shared = file.carry() == CarrySets.SHARED;
        TableSnapshot snapshot = table.snapshot();
        for (Feature key : set.keyFeatures()) {
            wanted.add(new Wanted(snapshot.fieldId(key.name()), key.type().columnType(), true));
        }
        this.firstFeature = wanted.size();
        List<Integer> carried = snapshot.contents().carrySets().getOrDefault(file.carry(), List.of());
        for (Feature feature : set.carried()) {
            Optional<Integer> fieldId = snapshot.fieldId(feature);
            if (fieldId.isPresent() && (shared || carried.contains(feature.number()))) {
                features.add(feature);
                wanted.add(new Wanted(fieldId.get(), feature.type().columnType(), !shared));
            }
        }
        this.carriesUnknown = features.size() < carried.size();
        this.observedAt = wanted.size();
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.OBSERVED_AT), ColumnType.TIMESTAMP, true));
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.INSERTED_AT), ColumnType.TIMESTAMP, true));
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.SEQUENCE), ColumnType.INT64, true));
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.ORIGIN), ColumnType.STRING, true));
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.TOMBSTONE), ColumnType.BOOL, true));
        if (shared) {
            wanted.add(new Wanted(snapshot.fieldId(SystemColumns.CARRIED), ColumnType.BINARY, true));
        }
    }

    /** Hands the observations on in batches as {@link io.featuregrid.planner.batch.ObservationColumns} says; they need not be closed. */
    public void forEachBatch(Consumer<FeatureBatch> target) {
        ObservationBuffer buffer = new ObservationBuffer(set, features, target);
        List<ColumnType> keyTypes =
                wanted.subList(0, firstFeature).stream().map(Wanted::type).toList();
        try (HistoryFileReader reader = new HistoryFileReader(file, wanted)) {
            for (Chunk chunk = reader.next(); chunk != null; chunk = reader.next()) {
                new ChunkRows(chunk, new EntityKeys(keyTypes, chunk.rows()), buffer).run();
            }
        }
        buffer.flush();
    }

    private final class ChunkRows {
        private final Chunk chunk;
        private final EntityKeys keys;
        private final ObservationBuffer buffer;
        private byte @Nullable [] originText;
        private int origin;

        ChunkRows(Chunk chunk, EntityKeys keys, ObservationBuffer buffer) {
            this.chunk = chunk;
            this.keys = keys;
            this.buffer = buffer;
            for (int column = 0; column < firstFeature; column++) {
                keys.set(column, chunk.column(column), chunk.rows());
            }
        }

        void run() {
            int from = 0;
            while (from < chunk.rows()) {
                int to = from + 1;
                while (to < chunk.rows() && keys.compare(from, keys, to) == 0) {
                    to++;
                }
                entity(from, to);
                from = to;
            }
        }

        private void entity(int from, int to) {
            boolean awaited = false;
            for (int row = to - 1; row >= from; row--) {
                if (bits(observedAt, row) > until || hidden(row)) {
                    continue;
                }
                boolean tombstone = bits(observedAt + 4, row) != 0;
                if (shared || !awaited || !tombstone) {
                    copy(row, tombstone);
                }
                boolean last = !tombstone || file.carry() == CarrySets.TOMBSTONE_OF_ALL;
                if (last && !shared) {
                    return;
                }
                awaited = true;
            }
        }

        private boolean hidden(int row) {
            return !table.erased().isEmpty()
                    && table.erased()
                            .hides(keys.canonicalBytes(row), bits(observedAt + 1, row), bits(observedAt + 2, row));
        }

        private void copy(int row, boolean tombstone) {
            if (tombstone && carriesOnlyUnknown(row)) {
                // Without its features it would be a tombstone of all.
                return;
            }
            int target = buffer.next();
            for (int column = 0; column < firstFeature; column++) {
                ObservationBuffer.copy(chunk.column(column), row, buffer.key(column), target);
            }
            for (int index = 0; index < features.size(); index++) {
                if (chunk.inFile(firstFeature + index) && carries(row, features.get(index))) {
                    ColumnBuilder values = buffer.feature(index);
                    if (tombstone) {
                        values.setNull(target);
                    } else {
                        ObservationBuffer.copy(chunk.column(firstFeature + index), row, values, target);
                    }
                }
            }
            buffer.stamp(
                    target, bits(observedAt, row), bits(observedAt + 1, row), bits(observedAt + 2, row), origin(row));
            buffer.tombstone(target, tombstone);
        }

        private boolean carriesOnlyUnknown(int row) {
            if (shared) {
                return features.stream().noneMatch(feature -> carries(row, feature));
            }
            return carriesUnknown && features.isEmpty();
        }

        private boolean carries(int row, Feature feature) {
            return !shared || CarrySets.carries(chunk.column(observedAt + 5).bytesAt(row), feature.number());
        }

        /** The origin's number; the rows of a file mostly have the same. */
        private int origin(int row) {
            byte[] text = chunk.column(observedAt + 3).bytesAt(row);
            if (originText == null || !Arrays.equals(text, originText)) {
                originText = text;
                origin = Origins.code(text);
            }
            return origin;
        }

        private long bits(int column, int row) {
            return chunk.column(column).bitsAt(row);
        }
    }
}
