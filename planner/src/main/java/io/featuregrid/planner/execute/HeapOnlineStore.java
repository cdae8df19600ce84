package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.batch.StampColumn;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An online store on the heap of one process, which forgets everything at its end: for tests and simulations. It is the plainest reading of
 * the rules that the real ones are compared with.
 */
public final class HeapOnlineStore implements OnlineStore {
    private final Map<Integer, Map<ByteBuffer, Row>> sets = new HashMap<>();

    private static final class Row {
        private final Map<Integer, Cell> cells = new HashMap<>();
        private @Nullable Stamp newest;
        private @Nullable Stamp tombstone;
    }

    /** One row of a column of one row, so that any type of value can be kept. */
    private record Cell(Stamp stamp, Origin origin, boolean tombstone, int version, Column value) {}

    @Override
    public synchronized void prepare(FeatureSet set) {
        sets.computeIfAbsent(set.identity().number(), missing -> new HashMap<>());
    }

    @Override
    public synchronized OnlineRows read(OnlineRead read, FeatureBatch keys) {
        List<ColumnBuilder> builders = new ArrayList<>();
        List<StampColumn> stamps = new ArrayList<>();
        for (Feature feature : read.features()) {
            builders.add(new ColumnBuilder(feature.type().columnType(), keys.rows()));
            stamps.add(new StampColumn(keys.rows()));
        }
        boolean[] exists = new boolean[keys.rows()];
        for (int row = 0; row < keys.rows(); row++) {
            Row stored = rows(read.set()).get(ByteBuffer.wrap(KeyBytes.of(keys.columns(), row)));
            if (stored != null) {
                exists[row] = exists(stored, read.now());
                for (int index = 0; index < read.features().size(); index++) {
                    Cell cell = stored.cells.get(read.features().get(index).number());
                    if (cell != null) {
                        stamps.get(index).set(row, cell.stamp, cell.origin, cell.tombstone);
                        stamps.get(index).setVersion(row, cell.version);
                        if (qualifies(read, index, cell)) {
                            builders.get(index).copy(row, cell.value, 0);
                        }
                    }
                }
            }
        }
        List<String> names = read.features().stream().map(Feature::name).toList();
        List<Column> columns = builders.stream().map(ColumnBuilder::build).toList();
        return new OnlineRows(FeatureBatch.onHeap(names, columns, keys.rows()), exists, read.stamps() ? stamps : null);
    }

    @Override
    public synchronized void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
        List<Column> keys = observations.columns().subList(0, set.key().size());
        for (int row = 0; row < observations.rows(); row++) {
            Row stored = rows(set).computeIfAbsent(ByteBuffer.wrap(KeyBytes.of(keys, row)), missing -> new Row());
            merge(set, observations, versions, row, stored);
        }
    }

    @Override
    public synchronized void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {
        for (int row = 0; row < keys.rows(); row++) {
            ByteBuffer key = ByteBuffer.wrap(KeyBytes.of(keys.columns(), row));
            Row stored = rows(set).get(key);
            if (stored != null) {
                // A row that is written has the features that its set has.
                set.identity().removed().forEach(removed -> stored.cells.remove(removed.number()));
                stored.cells.values().removeIf(cell -> hides(mark, cell.stamp));
                stored.tombstone = hides(mark, stored.tombstone) ? null : stored.tombstone;
                stored.newest = hides(mark, stored.newest) ? newestValue(stored) : stored.newest;
                if (stored.cells.isEmpty() && stored.tombstone == null && stored.newest == null) {
                    rows(set).remove(key);
                }
            }
        }
    }

    private static void merge(
            FeatureSet set, FeatureBatch observations, ResolverVersions versions, int row, Row stored) {
        Stamp stamp = new Stamp(
                column(observations, ObservationColumns.OBSERVED_AT).longAt(row),
                column(observations, ObservationColumns.INSERTED_AT).longAt(row),
                column(observations, ObservationColumns.SEQUENCE).longAt(row));
        Origin origin =
                Origin.ofCode(column(observations, ObservationColumns.ORIGIN).intAt(row));
        boolean tombstone = column(observations, ObservationColumns.TOMBSTONE).booleanAt(row);
        boolean carriesNothing = true;
        for (int index = set.key().size(); index < observations.columns().size(); index++) {
            String name = observations.names().get(index);
            Column values = observations.column(index);
            if (name.startsWith("__") || !values.isPresent(row)) {
                continue;
            }
            carriesNothing = false;
            int number = set.feature(name).orElseThrow().number();
            int version = tombstone ? 0 : versions.version(number);
            Cell before = stored.cells.get(number);
            boolean newer = newer(stamp, before == null ? null : before.stamp);
            boolean knownBetter = before != null && stamp.equals(before.stamp) && version > before.version;
            if ((newer || knownBetter) && newer(stamp, stored.tombstone)) {
                ColumnBuilder value = new ColumnBuilder(values.type(), 1);
                value.copy(0, values, row);
                stored.cells.put(number, new Cell(stamp, origin, tombstone, version, value.build()));
            }
        }
        if (tombstone && carriesNothing) {
            if (newer(stamp, stored.tombstone)) {
                stored.tombstone = stamp;
                stored.cells.values().removeIf(cell -> !newer(cell.stamp, stamp));
            }
        } else if (!tombstone && newer(stamp, stored.newest)) {
            stored.newest = stamp;
        }
    }

    private static boolean qualifies(OnlineRead read, int feature, Cell cell) {
        return !cell.tombstone
                && read.qualifies(feature, cell.stamp.observedAt())
                && (!read.versions().restricted()
                        || read.versions().accepts(feature, cell.version, cell.origin.code()));
    }

    /** The newest observation that is known of when only values are left to tell; null if none is. */
    private static @Nullable Stamp newestValue(Row row) {
        return row.cells.values().stream()
                .filter(cell -> !cell.tombstone)
                .map(Cell::stamp)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private static boolean exists(Row row, long now) {
        return row.newest != null && row.newest.observedAt() <= now && newer(row.newest, row.tombstone);
    }

    private static boolean newer(Stamp stamp, @Nullable Stamp than) {
        return than == null || stamp.compareTo(than) > 0;
    }

    private static boolean hides(Stamp mark, @Nullable Stamp stamp) {
        return stamp != null && ErasureList.hides(mark, stamp.insertedAt(), stamp.sequence());
    }

    private static Column column(FeatureBatch batch, String name) {
        return batch.column(batch.names().indexOf(name));
    }

    private Map<ByteBuffer, Row> rows(FeatureSet set) {
        Map<ByteBuffer, Row> rows = sets.get(set.identity().number());
        if (rows == null) {
            throw new IllegalStateException("set '" + set.name() + "' is used before it was prepared");
        }
        return rows;
    }
}
