package io.featuregrid.offline.read;

import io.featuregrid.offline.layout.EntityKeys;
import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.read.HistoryFileReader.Wanted;
import io.featuregrid.planner.batch.ColumnType;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The different entity keys of sorted files, in ascending order: a merge with one chunk of each file in memory. */
public final class DistinctKeys implements AutoCloseable {
    private final List<ColumnType> types;
    private final List<HistoryFileReader> readers = new ArrayList<>();
    private final PriorityQueue<Cursor> cursors =
            new PriorityQueue<>((left, right) -> left.keys.compare(left.row, right.keys, right.row));

    /**
     * Opens the files.
     *
     * @param keyColumns the key columns of their table
     */
    public DistinctKeys(List<HistoryFile> files, List<Wanted> keyColumns) {
        this.types = keyColumns.stream().map(Wanted::type).toList();
        try {
            for (HistoryFile file : files) {
                HistoryFileReader reader = new HistoryFileReader(file, keyColumns);
                readers.add(reader);
                Cursor cursor = new Cursor(reader);
                if (cursor.advance()) {
                    cursors.add(cursor);
                }
            }
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    /** Fills the next keys into {@code target} from row 0 on; answers how many, fewer than {@code limit} only at the end. */
    public int next(EntityKeys target, int limit) {
        int filled = 0;
        while (filled < limit) {
            Cursor least = cursors.poll();
            if (least == null) {
                break;
            }
            copy(least, target, filled);
            if (least.advance()) {
                cursors.add(least);
            }
            skipEqual(target, filled);
            filled++;
        }
        return filled;
    }

    @Override
    public void close() {
        readers.forEach(HistoryFileReader::close);
    }

    private void skipEqual(EntityKeys target, int row) {
        Cursor least = cursors.peek();
        while (least != null && least.keys.compare(least.row, target, row) == 0) {
            Cursor equal = cursors.remove();
            if (equal.advance()) {
                cursors.add(equal);
            }
            least = cursors.peek();
        }
    }

    private void copy(Cursor from, EntityKeys target, int row) {
        for (int column = 0; column < types.size(); column++) {
            if (types.get(column) == ColumnType.INT64) {
                target.setLong(row, column, from.keys.longAt(from.row, column));
            } else {
                target.setBytes(row, column, from.keys.bytesAt(from.row, column));
            }
        }
    }

    /** A place in one file. */
    private final class Cursor {
        private final HistoryFileReader reader;
        private final EntityKeys keys = new EntityKeys(types, 1);
        private HistoryFileReader.@Nullable Chunk chunk;
        private int row = -1;

        Cursor(HistoryFileReader reader) {
            this.reader = reader;
        }

        boolean advance() {
            row++;
            if (chunk != null && row < chunk.rows()) {
                return true;
            }
            chunk = reader.next();
            row = 0;
            if (chunk == null) {
                return false;
            }
            keys.ensureCapacity(chunk.rows());
            for (int column = 0; column < types.size(); column++) {
                keys.set(column, chunk.column(column), chunk.rows());
            }
            return true;
        }
    }
}
