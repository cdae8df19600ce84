package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Documents;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.plan.QueryShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A seeded chain of sets {@code s0 -> s1 -> s2} with has-ones {@code next} and {@code other}, a global set {@code all}, observations of
 * few entities at few instants, so that everything collides, and queries of them.
 */
final class RandomQueryWorld {
    private static final int SETS = 3;
    private static final int INSTANTS = 40;
    private static final String[] TYPES = {"int64", "float64", "string", "bool", "timestamp", "date"};

    private final Random random;
    private final Catalog catalog;
    private final HeapOnlineStore store = new HeapOnlineStore();
    private final QueryOracle oracle;
    private long sequence;

    /** A query of some rows. */
    record Query(QueryShape shape, FeatureBatch inputs, long now) {
        @Nullable
        Column input(String name) {
            int index = inputs.names().indexOf(name);
            return index < 0 ? null : inputs.column(index);
        }

        String describe(int row) {
            List<String> values = new ArrayList<>();
            inputs.columns().forEach(column -> values.add(column.describe(row)));
            return inputs.names() + " = " + values;
        }
    }

    RandomQueryWorld(long seed) {
        this.random = new Random(seed);
        List<String> sets = new ArrayList<>();
        boolean[] text = new boolean[SETS];
        boolean[] composite = new boolean[SETS];
        for (int set = 0; set < SETS; set++) {
            text[set] = set > 0 && random.nextBoolean();
            composite[set] = set > 0 && random.nextBoolean();
        }
        for (int set = 0; set < SETS; set++) {
            sets.add(definition(set, text, composite));
        }
        sets.add("{'name': 'all', 'features': [" + feature("n", "int64") + "]}");
        this.catalog = Documents.catalog(sets.toArray(String[]::new));
        this.oracle = new QueryOracle(catalog);
        catalog.sets().forEach(store::prepare);
        for (int batch = 0; batch < 30; batch++) {
            observe(catalog.sets().get(random.nextInt(catalog.sets().size())));
        }
    }

    Catalog catalog() {
        return catalog;
    }

    OnlineStore store() {
        return store;
    }

    QueryOracle oracle() {
        return oracle;
    }

    private String definition(int set, boolean[] text, boolean[] composite) {
        List<String> features = new ArrayList<>();
        features.add(key("k0", text[set]));
        if (composite[set]) {
            features.add(key("k1", false));
        }
        features.add(feature("n", "int64"));
        for (int extra = 0; extra < 3; extra++) {
            features.add(feature("x" + extra, TYPES[random.nextInt(TYPES.length)]));
        }
        String relations = "";
        if (set + 1 < SETS) {
            features.add(feature("l0", text[set + 1] ? "string" : "int64"));
            features.add(feature("m0", text[set + 1] ? "string" : "int64"));
            features.add(feature("l1", "int64"));
            String second = composite[set + 1] ? ", 'k1': 'l1'" : "";
            relations =
                    "{'name': 'next', 'set': 's%d', 'on': {'k0': 'l0'%s}}, {'name': 'other', 'set': 's%d', 'on': {'k0': 'm0'%s}}"
                            .formatted(set + 1, second, set + 1, second);
        }
        return "{'name': 's%d', 'key': [%s], 'features': [%s], 'relations': [%s]}"
                .formatted(set, composite[set] ? "'k0', 'k1'" : "'k0'", String.join(", ", features), relations);
    }

    private static String key(String name, boolean text) {
        return "{'name': '%s', 'type': '%s'}".formatted(name, text ? "string" : "int64");
    }

    private String feature(String name, String type) {
        String words = "{'name': '%s', 'type': '%s', 'nullable': true".formatted(name, type);
        if (random.nextInt(3) == 0) {
            words += ", 'max_staleness_us': " + random.nextInt(INSTANTS);
        }
        if (random.nextInt(3) == 0) {
            words += ", 'offline_ttl_us': " + random.nextInt(INSTANTS);
        }
        if (type.equals("int64") && random.nextInt(3) == 0) {
            words += ", 'default': 77";
        }
        return words + "}";
    }

    /** Rows of observations as the log would have stamped them, some of them tombstones. */
    private void observe(FeatureSet set) {
        int rows = 1 + random.nextInt(4);
        List<Feature> features = new ArrayList<>(set.carried());
        features.removeIf(feature -> random.nextInt(3) == 0);
        List<String> names = new ArrayList<>(set.key());
        List<ColumnBuilder> builders = new ArrayList<>();
        set.keyFeatures().forEach(key -> builders.add(builder(key, rows)));
        for (Feature feature : features) {
            names.add(feature.name());
            builders.add(builder(feature, rows));
        }
        ColumnBuilder[] stamps = {
            new ColumnBuilder(ColumnType.TIMESTAMP, rows),
            new ColumnBuilder(ColumnType.TIMESTAMP, rows),
            new ColumnBuilder(ColumnType.INT64, rows),
            new ColumnBuilder(ColumnType.INT32, rows),
            new ColumnBuilder(ColumnType.BOOL, rows)
        };
        for (int row = 0; row < rows; row++) {
            boolean tombstone = random.nextInt(6) == 0;
            boolean all = tombstone && random.nextBoolean();
            for (int index = 0; index < builders.size(); index++) {
                boolean key = index < set.key().size();
                if (key || (!all && random.nextInt(4) > 0)) {
                    fill(builders.get(index), row, key);
                }
            }
            stamps[0].setBits(row, random.nextInt(INSTANTS));
            stamps[1].setBits(row, random.nextInt(3));
            stamps[2].setBits(row, sequence++);
            stamps[3].setBits(row, Origin.UPLOAD.code());
            stamps[4].setBits(row, tombstone ? 1 : 0);
        }
        List<Column> columns =
                new ArrayList<>(builders.stream().map(ColumnBuilder::build).toList());
        for (int row = 0; row < rows; row++) {
            remember(set, names, columns, stamps, row);
        }
        names.addAll(List.of(
                ObservationColumns.OBSERVED_AT,
                ObservationColumns.INSERTED_AT,
                ObservationColumns.SEQUENCE,
                ObservationColumns.ORIGIN,
                ObservationColumns.TOMBSTONE));
        for (ColumnBuilder stamp : stamps) {
            columns.add(stamp.build());
        }
        store.merge(set, FeatureBatch.onHeap(names, columns, rows));
    }

    private void remember(FeatureSet set, List<String> names, List<Column> columns, ColumnBuilder[] stamps, int row) {
        List<String> key = new ArrayList<>();
        Map<String, String> values = QueryOracle.values();
        for (int index = 0; index < columns.size(); index++) {
            String value = columns.get(index).describe(row);
            if (index < set.key().size()) {
                key.add(value);
            } else if (!value.equals("MISSING")) {
                values.put(names.get(index), value);
            }
        }
        Stamp stamp = new Stamp(stamps[0].bitsAt(row), stamps[1].bitsAt(row), stamps[2].bitsAt(row));
        oracle.add(new QueryOracle.Observation(set.name(), key, values, stamps[4].bitsAt(row) == 1, stamp));
    }

    private static ColumnBuilder builder(Feature feature, int rows) {
        return new ColumnBuilder(feature.type().columnType(), rows);
    }

    /** A value of a small domain, in which keys and links meet; sometimes null where that is allowed. */
    private void fill(ColumnBuilder builder, int row, boolean key) {
        if (!key && random.nextInt(6) == 0) {
            builder.setNull(row);
        } else if (builder.type().variable()) {
            builder.setBytes(row, new byte[] {(byte) ('a' + random.nextInt(3))});
        } else if (builder.type() == ColumnType.FLOAT64) {
            builder.setDouble(row, random.nextInt(3) / 2.0);
        } else {
            builder.setBits(row, random.nextInt(builder.type() == ColumnType.BOOL ? 2 : 3));
        }
    }

    Query query() {
        int rows = random.nextBoolean() ? 1 : random.nextInt(12);
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (String name : inputNames()) {
            ColumnBuilder builder = builder(feature(name), rows);
            for (int row = 0; row < rows; row++) {
                fill(builder, row, false);
            }
            names.add(name);
            columns.add(builder.build());
        }
        Set<String> outputs = new LinkedHashSet<>();
        int wanted = 1 + random.nextInt(8);
        for (int output = 0; output < wanted; output++) {
            outputs.add(path("s0", random.nextInt(SETS)));
        }
        outputs.add("all.n");
        Map<String, Long> staleness = new HashMap<>();
        for (String output : outputs) {
            if (random.nextInt(4) == 0) {
                staleness.put(output, (long) random.nextInt(INSTANTS));
            }
        }
        if (random.nextInt(3) == 0) {
            staleness.put("s1.n", (long) random.nextInt(INSTANTS));
        }
        QueryShape shape = new QueryShape(names, List.copyOf(outputs), staleness, random.nextBoolean());
        return new Query(shape, FeatureBatch.onHeap(names, columns, rows), random.nextInt(INSTANTS + 10));
    }

    /** The key of s0, and now and then a value or a link that is given. */
    private Set<String> inputNames() {
        Set<String> names = new LinkedHashSet<>();
        if (random.nextInt(3) == 0) {
            names.add("s0.next.n");
        }
        if (random.nextInt(3) == 0) {
            names.add("s0.l0");
        }
        names.add("s0.k0");
        if (random.nextInt(4) == 0) {
            names.add("s0.next.l0");
        }
        return names;
    }

    private String path(String set, int hops) {
        FeatureSet at = catalog.set(set).orElseThrow();
        StringBuilder path = new StringBuilder(set);
        for (int hop = 0; hop < hops; hop++) {
            String relation = random.nextBoolean() ? "next" : "other";
            path.append('.').append(relation);
            at = catalog.set(at.relation(relation).orElseThrow().set()).orElseThrow();
        }
        List<Feature> features = at.features();
        return path.append('.')
                .append(features.get(random.nextInt(features.size())).name())
                .toString();
    }

    private Feature feature(String path) {
        String[] names = path.split("\\.", -1);
        FeatureSet at = catalog.set(names[0]).orElseThrow();
        for (int hop = 1; hop < names.length - 1; hop++) {
            at = catalog.set(at.relation(names[hop]).orElseThrow().set()).orElseThrow();
        }
        return at.feature(names[names.length - 1]).orElseThrow();
    }

    /** Keys of s0; a null for a negative one. */
    FeatureBatch keys(long... keys) {
        ColumnBuilder builder = new ColumnBuilder(ColumnType.INT64, keys.length);
        for (int row = 0; row < keys.length; row++) {
            if (keys[row] < 0) {
                builder.setNull(row);
            } else {
                builder.setBits(row, keys[row]);
            }
        }
        return FeatureBatch.onHeap(List.of("s0.k0"), List.of(builder.build()), keys.length);
    }
}
