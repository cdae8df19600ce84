package io.featuregrid.offline.world;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Kind;
import io.featuregrid.offline.world.AsOfOracle.Observation;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.plan.IngestOptions;
import io.featuregrid.planner.time.Timestamps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One random ingest into a random world, and what it should leave behind. */
public final class RandomIngest {
    private static final String WHEN = "when_column";
    private static final String LEARNT = "learnt_column";
    private static final String GONE = "gone_column";

    private final RandomValues random;
    private final RandomCatalog catalog;
    private final FeatureSet set;
    private final long now;
    private final ObjectNode options = JsonNodeFactory.instance.objectNode();
    private final List<Feature> carried = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();
    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final boolean skipNulls;
    private final boolean tombstones;
    private final boolean imported;
    private final String timeColumn;
    private final long givenTime;

    /**
     * An ingest at a time of the accepting node's clock.
     *
     * @param seed for what is not drawn from {@code random}: the order of the columns
     */
    public RandomIngest(RandomValues random, RandomCatalog catalog, FeatureSet set, long now, long seed) {
        this.random = random;
        this.catalog = catalog;
        this.set = set;
        this.now = now;
        this.skipNulls = random.percent(40);
        this.tombstones = random.percent(30);
        this.imported = random.percent(25);
        boolean onlyKeys = tombstones && random.percent(40);
        for (Feature feature : set.carried()) {
            if (!onlyKeys && random.percent(75)) {
                carried.add(feature);
            }
        }
        columns.addAll(set.key());
        carried.forEach(feature -> columns.add(feature.name()));
        boolean byFeatureTime =
                carried.stream().anyMatch(feature -> feature.name().equals(set.featureTime()));
        boolean byColumn = !byFeatureTime && random.percent(60);
        boolean byGivenTime = !byFeatureTime && !byColumn && random.percent(60);
        this.timeColumn = byFeatureTime ? String.valueOf(set.featureTime()) : byColumn ? WHEN : "";
        this.givenTime = byGivenTime ? random.time(0, 30) : now;
        writeOptions(byColumn, byGivenTime);
        Collections.shuffle(columns, new Random(seed));
        int count = random.between(0, 12);
        for (int row = 0; row < count; row++) {
            rows.add(randomRow());
        }
    }

    public FeatureSet set() {
        return set;
    }

    public IngestOptions options() {
        return IngestOptions.read(options);
    }

    /** The same with an id. */
    public IngestOptions options(String ingestId) {
        return IngestOptions.read(options.deepCopy().put("ingest_id", ingestId));
    }

    public List<String> columns() {
        return List.copyOf(columns);
    }

    public int size() {
        return rows.size();
    }

    public boolean imported() {
        return imported;
    }

    /** The rows, cut into batches. */
    public List<List<List<Object>>> batches() {
        List<List<List<Object>>> batches = new ArrayList<>();
        List<List<Object>> batch = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            batch.add(cells(row));
            if (random.percent(30)) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
        }
        batches.add(batch);
        return batches;
    }

    /**
     * What is observed if the ingest is committed.
     *
     * @param insertedAt the stamp that the store gave
     * @param importedBefore how many rows were imported into the table before
     */
    public List<Observation> observations(long insertedAt, long importedBefore) {
        List<Observation> observations = new ArrayList<>();
        for (int position = 0; position < rows.size(); position++) {
            Map<String, Object> row = rows.get(position);
            boolean ends = tombstones && row.get(GONE) instanceof Boolean gone && gone;
            Map<Integer, Object> cells = new HashMap<>();
            for (Feature feature : carried) {
                Object cell = cell(row, feature.name());
                if (ends || !(skipNulls && cell == Cell.NULL)) {
                    cells.put(feature.number(), cell);
                }
            }
            Kind kind = ends ? (carried.isEmpty() ? Kind.TOMBSTONE_OF_ALL : Kind.TOMBSTONE_OF_SOME) : Kind.VALUES;
            observations.add(new Observation(
                    new Entity(
                            set.table(),
                            set.key().stream().map(key -> cell(row, key)).toList()),
                    timeColumn.isEmpty() ? givenTime : (Long) cell(row, timeColumn),
                    imported ? (Long) cell(row, LEARNT) : insertedAt,
                    imported ? importedBefore + position : (1L << 48) + position,
                    kind,
                    cells));
        }
        return observations;
    }

    private void writeOptions(boolean byColumn, boolean byGivenTime) {
        if (byColumn) {
            options.put("observed_at", WHEN);
            columns.add(WHEN);
        } else if (byGivenTime) {
            options.put("observed_at", Timestamps.format(givenTime));
        }
        if (skipNulls) {
            options.put("nulls", "skip");
        }
        if (tombstones) {
            options.put("tombstone", GONE);
            columns.add(GONE);
        }
        if (imported) {
            options.put("preserve_inserted_at", LEARNT);
            columns.add(LEARNT);
        }
    }

    private Map<String, Object> randomRow() {
        Map<String, Object> row = new HashMap<>();
        for (Feature key : set.keyFeatures()) {
            row.put(key.name(), random.key(key.type()));
        }
        Object gone = random.percent(50) ? Cell.NULL : random.percent(60);
        boolean ends = tombstones && gone.equals(true);
        for (Feature feature : carried) {
            boolean mayBeNull = feature.values().nullable() || skipNulls || ends;
            row.put(feature.name(), mayBeNull && random.percent(35) ? Cell.NULL : catalog.value(feature));
        }
        if (!timeColumn.isEmpty()) {
            row.put(timeColumn, random.time(0, 30));
        }
        row.put(GONE, gone);
        row.put(LEARNT, now - random.between(0, 20));
        return row;
    }

    private List<Object> cells(Map<String, Object> row) {
        return columns.stream().map(column -> cell(row, column)).toList();
    }

    private static Object cell(Map<String, Object> row, String column) {
        return row.getOrDefault(column, Cell.MISSING);
    }
}
