package io.featuregrid.gridnode.ingest.simulation;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Documentation;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Values;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.execute.StampSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Two sets, one of them global, and rows for them; each row carries a token that no other row has. */
final class SimulationWorld implements CatalogStore {
    static final int KEYS = 12;
    static final String TOKEN = "token";
    static final String MAYBE = "maybe";

    private final FeatureSet user = set("user", 1, List.of("id"));
    private final FeatureSet world = set("world", 2, List.of());
    private final Catalog catalog = new Catalog(1, 3, sets(), List.of());
    private final Random random;
    private final Map<Long, SetRows> byToken = new HashMap<>();
    private long tokens;

    SimulationWorld(Random random) {
        this.random = random;
    }

    List<FeatureSet> sets() {
        return List.of(user, world);
    }

    @Override
    public Catalog current() {
        return catalog;
    }

    @Override
    public void replace(int base, Catalog next) {
        throw new UnsupportedOperationException("definitions do not change here");
    }

    /** Rows of one set or both. */
    List<SetRows> rows(Clock clock) {
        List<SetRows> rows = new ArrayList<>();
        rows.add(rows(user, batch(user, 1 + random.nextInt(random.nextBoolean() ? 1 : 6), clock)));
        if (random.nextInt(4) == 0) {
            rows.add(rows(world, batch(world, 1, clock)));
        }
        return rows;
    }

    /** Half of them computed, some of those for history only. */
    private SetRows rows(FeatureSet set, FeatureBatch batch) {
        ResolverVersions versions = random.nextBoolean()
                ? ResolverVersions.NONE
                : ResolverVersions.of(Map.of(2, 1 + random.nextInt(3), 3, random.nextInt(3)));
        SetRows rows = new SetRows(set, batch, versions, versions.isEmpty() || random.nextInt(3) > 0);
        for (int row = 0; row < batch.rows(); row++) {
            byToken.put(token(batch, row), rows);
        }
        return rows;
    }

    /** Those among which the row with a token was written. */
    SetRows rowsOf(long token) {
        return Objects.requireNonNull(byToken.get(token));
    }

    /** All keys of a set, as a read takes them. */
    static FeatureBatch keys(FeatureSet set) {
        if (set.global()) {
            return FeatureBatch.onHeap(List.of(), List.of(), 1);
        }
        ColumnBuilder keys = new ColumnBuilder(ColumnType.INT64, KEYS);
        for (int key = 0; key < KEYS; key++) {
            keys.setBits(key, key);
        }
        return FeatureBatch.onHeap(List.of("id"), List.of(keys.build()), KEYS);
    }

    static long token(FeatureBatch batch, int row) {
        return batch.column(batch.names().indexOf(TOKEN)).longAt(row);
    }

    /** Each row of a batch as a batch of its own. */
    static List<FeatureBatch> oneByOne(FeatureBatch batch) {
        List<FeatureBatch> rows = new ArrayList<>();
        for (int row = 0; row < batch.rows(); row++) {
            List<Column> columns = new ArrayList<>();
            for (Column column : batch.columns()) {
                ColumnBuilder builder = new ColumnBuilder(column.type(), 1);
                builder.copy(0, column, row);
                columns.add(builder.build());
            }
            rows.add(FeatureBatch.onHeap(batch.names(), columns, 1));
        }
        return rows;
    }

    private FeatureBatch batch(FeatureSet set, int rows, Clock clock) {
        ColumnBuilder keys = new ColumnBuilder(ColumnType.INT64, rows);
        ColumnBuilder token = new ColumnBuilder(ColumnType.INT64, rows);
        ColumnBuilder maybe = new ColumnBuilder(ColumnType.INT64, rows);
        ColumnBuilder observed = new ColumnBuilder(ColumnType.TIMESTAMP, rows);
        ColumnBuilder tombstone = new ColumnBuilder(ColumnType.BOOL, rows);
        for (int row = 0; row < rows; row++) {
            keys.setBits(row, random.nextInt(KEYS));
            token.setBits(row, ++tokens);
            switch (random.nextInt(3)) {
                case 0 -> maybe.setBits(row, random.nextInt());
                case 1 -> maybe.setNull(row);
                default -> {}
            }
            if (random.nextBoolean()) {
                observed.setBits(row, clock.nowMicros() - random.nextInt(50_000));
            }
            tombstone.setBits(row, random.nextInt(8) == 0 ? 1 : 0);
        }
        List<String> names = new ArrayList<>(set.key());
        List<Column> columns = new ArrayList<>();
        if (!set.global()) {
            columns.add(keys.build());
        }
        names.addAll(List.of(TOKEN, MAYBE, ObservationColumns.OBSERVED_AT, ObservationColumns.TOMBSTONE));
        columns.addAll(List.of(token.build(), maybe.build(), observed.build(), tombstone.build()));
        return FeatureBatch.onHeap(names, columns, rows);
    }

    private static FeatureSet set(String name, int number, List<String> key) {
        List<Feature> features = new ArrayList<>();
        key.forEach(one -> features.add(feature(one, 1)));
        features.add(feature(TOKEN, 2));
        features.add(feature(MAYBE, 3));
        return new FeatureSet(
                new FeatureSet.Identity(name, number, 4, 1, false, List.of()), key, null, features, List.of());
    }

    private static Feature feature(String name, int number) {
        return new Feature(
                name,
                number,
                1,
                new Values(FeatureType.INT64, true, null, null, null),
                Freshness.UNDECLARED,
                Documentation.NONE);
    }

    /** Stamps that tell the time of a timeline. */
    record Stamps(StampSource given, Clock clock) implements StampSource {
        @Override
        public long next() {
            return given.next();
        }

        @Override
        public long sequence(long position) {
            return given.sequence(position);
        }
    }
}
