package io.featuregrid.offline.join;

import io.featuregrid.offline.layout.CarrySets;
import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.SystemColumns;
import io.featuregrid.offline.layout.TableSnapshot;
import io.featuregrid.offline.read.HistoryFileReader;
import io.featuregrid.offline.read.HistoryFileReader.Wanted;
import io.featuregrid.offline.read.ObservationBuffer;
import io.featuregrid.offline.read.Origins;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.time.AsOf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Joins spine rows of one bucket to one data file.
 *
 * <p>Both are sorted by key, so this is a merge: it gallops to the next key that both have, finds in that key's run of observations, which
 * are sorted by stamp, the last one with an observed_at that the row may see, and steps back over those that the knowledge cut-off hides.
 * In a file of the shared carry set, and for the existence of a row, it steps back feature by feature. The run of a key may be cut by the
 * end of a chunk: each part is offered by itself, later parts have greater stamps.
 */
final class FileJoin {
    /** Places of the system columns among the wanted ones. */
    private static final int OBSERVED_AT = 0;

    private static final int INSERTED_AT = 1;
    private static final int SEQUENCE = 2;
    private static final int TOMBSTONE = 3;

    private final SpineRows spine;
    private final int[] order;
    private final @Nullable Stamp @Nullable [] marks;
    private final AsOf asOf;
    private final List<Target> targets = new ArrayList<>();
    private final Found found;
    private final Found.@Nullable Existence existence;
    private final List<Wanted> wanted = new ArrayList<>();
    private final EntityKeys chunkKeys;
    private final HistoryFile file;
    private final boolean ofAll;
    private int carriedColumn = -1;
    private int originColumn = -1;
    private int firstKeyColumn;
    private byte @Nullable [] originText;
    private int origin;
    /** What the spine row that is looked at may see, besides the time. */
    private long cutoff;

    private @Nullable Stamp mark;

    /** A feature that the file may carry: the wanted column that holds it, and where its newest values are kept. */
    private record Target(int column, int featureNumber, NewestValues newest) {}

    /**
     * The spine rows of the file's bucket.
     *
     * @param order sorted by key
     * @param marks the mark of each row whose entity was erased; null if none was
     */
    // Arrays of one look-up, which nobody keeps.
    @SuppressWarnings("ArrayRecordComponent")
    record Rows(SpineRows spine, int[] order, @Nullable Stamp @Nullable [] marks) {}

    /** Prepares a join of the rows to a file. */
    FileJoin(HistoryFile file, Rows rows, AsOf asOf, Found found) {
        this.file = file;
        this.spine = rows.spine();
        this.order = rows.order();
        this.marks = rows.marks();
        this.asOf = asOf;
        this.found = found;
        this.existence = found.existence();
        this.chunkKeys = new EntityKeys(keyTypes(spine.keys()), 1);
        this.ofAll = file.carry() == CarrySets.TOMBSTONE_OF_ALL;
    }

    private static List<ColumnType> keyTypes(EntityKeys keys) {
        List<ColumnType> types = new ArrayList<>();
        for (int column = 0; column < keys.columns(); column++) {
            types.add(keys.type(column));
        }
        return types;
    }

    /** Offers the file's observations to all rows that may see them. */
    void run(FeatureSet set, TableSnapshot snapshot, Cancellation cancellation) {
        if (!wantColumns(set, snapshot)) {
            return;
        }
        int next = 0;
        try (HistoryFileReader reader = new HistoryFileReader(file, wanted)) {
            for (HistoryFileReader.Chunk chunk = reader.next();
                    chunk != null && next < order.length;
                    chunk = reader.next()) {
                cancellation.check();
                readKeys(chunk);
                next = joinChunk(chunk, next);
            }
        }
    }

    /** Lists the columns to read; false if the file has nothing that is asked for. */
    private boolean wantColumns(FeatureSet set, TableSnapshot snapshot) {
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.OBSERVED_AT), ColumnType.TIMESTAMP, true));
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.INSERTED_AT), ColumnType.TIMESTAMP, true));
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.SEQUENCE), ColumnType.INT64, true));
        wanted.add(new Wanted(snapshot.fieldId(SystemColumns.TOMBSTONE), ColumnType.BOOL, true));
        if (file.carry() == CarrySets.SHARED) {
            carriedColumn = wanted.size();
            wanted.add(new Wanted(snapshot.fieldId(SystemColumns.CARRIED), ColumnType.BINARY, true));
        }
        if (found.origins()) {
            originColumn = wanted.size();
            wanted.add(new Wanted(snapshot.fieldId(SystemColumns.ORIGIN), ColumnType.STRING, true));
        }
        firstKeyColumn = wanted.size();
        for (Feature key : set.keyFeatures()) {
            wanted.add(new Wanted(snapshot.fieldId(key.name()), key.type().columnType(), true));
        }
        List<Integer> carried = carriedFeatures(snapshot);
        boolean shared = file.carry() == CarrySets.SHARED;
        found.features().forEach((feature, newest) -> {
            Optional<Integer> fieldId = snapshot.fieldId(feature);
            if (ofAll) {
                targets.add(new Target(-1, feature.number(), newest));
            } else if (fieldId.isPresent() && (shared || carried.contains(feature.number()))) {
                targets.add(new Target(wanted.size(), feature.number(), newest));
                wanted.add(new Wanted(fieldId.get(), feature.type().columnType(), !shared));
            }
        });
        return !targets.isEmpty() || existence != null;
    }

    private List<Integer> carriedFeatures(TableSnapshot snapshot) {
        if (ofAll || file.carry() == CarrySets.SHARED) {
            return List.of();
        }
        List<Integer> features = snapshot.contents().carrySets().get(file.carry());
        if (features == null) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "history of '" + file.table() + "' cannot be read: file "
                            + file.path().getFileName() + " has carry set " + file.carry()
                            + ", which the table does not know (expected its property "
                            + CarrySets.property(file.carry()) + ")");
        }
        return features;
    }

    private void readKeys(HistoryFileReader.Chunk chunk) {
        chunkKeys.ensureCapacity(chunk.rows());
        for (int column = 0; column < chunkKeys.columns(); column++) {
            chunkKeys.set(column, chunk.column(firstKeyColumn + column), chunk.rows());
        }
    }

    /** Joins a chunk, from a place in the order on; answers the place from which the next chunk goes on. */
    private int joinChunk(HistoryFileReader.Chunk chunk, int from) {
        int place = from;
        int row = 0;
        while (row < chunk.rows() && place < order.length) {
            int comparison = spine.keys().compare(order[place], chunkKeys, row);
            if (comparison > 0) {
                row = firstNotBelow(order[place], row, chunk.rows());
            } else if (comparison < 0) {
                place++;
            } else {
                int runEnd = firstAbove(order[place], row, chunk.rows());
                int equal = place;
                while (equal < order.length && spine.keys().compare(order[equal], chunkKeys, row) == 0) {
                    offer(order[equal++], chunk, row, runEnd);
                }
                if (runEnd == chunk.rows()) {
                    return place;
                }
                row = runEnd;
                place = equal;
            }
        }
        return place;
    }

    /** The first row of the chunk from {@code from} on whose key is not below a spine row's: doubling steps, then halving. */
    private int firstNotBelow(int spineRow, int from, int to) {
        int step = 1;
        int low = from;
        while (low + step < to && spine.keys().compare(spineRow, chunkKeys, low + step) > 0) {
            low += step;
            step <<= 1;
        }
        int high = Math.min(to, low + step);
        while (low + 1 < high) {
            int middle = (low + high) >>> 1;
            if (spine.keys().compare(spineRow, chunkKeys, middle) > 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** The first row of the chunk behind {@code from}, whose key equals a spine row's, with another key. */
    private int firstAbove(int spineRow, int from, int to) {
        int step = 1;
        int low = from;
        while (low + step < to && spine.keys().compare(spineRow, chunkKeys, low + step) == 0) {
            low += step;
            step <<= 1;
        }
        int high = Math.min(to, low + step);
        while (low + 1 < high) {
            int middle = (low + high) >>> 1;
            if (spine.keys().compare(spineRow, chunkKeys, middle) == 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private void offer(int spineRow, HistoryFileReader.Chunk chunk, int from, int to) {
        long time = spine.times()[spineRow];
        cutoff = asOf.newestInsertedAt(time);
        mark = marks == null ? null : marks[spineRow];
        int last = lastObserved(chunk, from, to, asOf.newestObservedAt(time));
        last = stepBack(chunk, from, last);
        if (last < from) {
            return;
        }
        if (existence != null) {
            offerExistence(existence, spineRow, chunk, from, last);
        }
        for (Target target : targets) {
            int row = file.carry() == CarrySets.SHARED ? lastCarrying(target, chunk, from, last) : last;
            if (row >= from) {
                offer(target, spineRow, chunk, row);
            }
        }
    }

    private void offer(Target target, int spineRow, HistoryFileReader.Chunk chunk, int row) {
        if (target.column() >= 0 && !chunk.inFile(target.column())) {
            return;
        }
        if (!offerStamp(target.newest().stamps(), spineRow, chunk, row)) {
            return;
        }
        ColumnBuilder values = target.newest().values();
        if (target.column() < 0 || tombstone(chunk, row)) {
            values.setMissing(spineRow);
            return;
        }
        ObservationBuffer.copy(chunk.column(target.column()), row, values, spineRow);
    }

    /** What an entity has a row by is the last observation that is no tombstone; what ends it is the last tombstone of all. */
    private void offerExistence(Found.Existence kept, int spineRow, HistoryFileReader.Chunk chunk, int from, int last) {
        if (ofAll) {
            offerStamp(kept.ends(), spineRow, chunk, last);
            return;
        }
        int row = last;
        while (row >= from && tombstone(chunk, row)) {
            row = stepBack(chunk, from, row - 1);
        }
        if (row >= from) {
            offerStamp(kept.observations(), spineRow, chunk, row);
        }
    }

    private boolean offerStamp(NewestStamps kept, int spineRow, HistoryFileReader.Chunk chunk, int row) {
        boolean newer = kept.offer(
                spineRow,
                chunk.column(OBSERVED_AT).bitsAt(row),
                chunk.column(INSERTED_AT).bitsAt(row),
                chunk.column(SEQUENCE).bitsAt(row));
        if (newer && originColumn >= 0) {
            kept.setOrigin(spineRow, origin(chunk, row));
        }
        return newer;
    }

    /** The origin's number; the rows of a file mostly have the same. */
    private int origin(HistoryFileReader.Chunk chunk, int row) {
        byte[] text = chunk.column(originColumn).bytesAt(row);
        if (originText == null || !Arrays.equals(text, originText)) {
            originText = text;
            origin = Origins.code(text);
        }
        return origin;
    }

    private boolean tombstone(HistoryFileReader.Chunk chunk, int row) {
        return chunk.column(TOMBSTONE).bitsAt(row) != 0;
    }

    private int lastObserved(HistoryFileReader.Chunk chunk, int from, int to, long newest) {
        ColumnBuilder observed = chunk.column(OBSERVED_AT);
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (observed.bitsAt(middle) <= newest) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** The last row up to {@code last} that neither the cut-off nor an erasure hides. */
    private int stepBack(HistoryFileReader.Chunk chunk, int from, int last) {
        ColumnBuilder inserted = chunk.column(INSERTED_AT);
        int row = last;
        while (row >= from && (inserted.bitsAt(row) > cutoff || erased(chunk, row))) {
            row--;
        }
        return row;
    }

    private boolean erased(HistoryFileReader.Chunk chunk, int row) {
        return mark != null
                && ErasureList.hides(
                        mark,
                        chunk.column(INSERTED_AT).bitsAt(row),
                        chunk.column(SEQUENCE).bitsAt(row));
    }

    private int lastCarrying(Target target, HistoryFileReader.Chunk chunk, int from, int last) {
        ColumnBuilder carried = chunk.column(carriedColumn);
        int row = last;
        while (row >= from && !CarrySets.carries(carried.bytesAt(row), target.featureNumber())) {
            row = stepBack(chunk, from, row - 1);
        }
        return row;
    }
}
