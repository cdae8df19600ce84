package io.featuregrid.offline.world;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.offline.world.AsOfOracle.Entity;
import io.featuregrid.offline.world.AsOfOracle.Question;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.Relation;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlanner;
import io.featuregrid.planner.plan.TrainingSetRequest;
import io.featuregrid.planner.time.Durations;
import io.featuregrid.planner.time.Timestamps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A random training set with its spine, and what it should answer by the rule, path by path and row by row. */
public final class RandomRequest {
    private static final String TIME = "t";

    private final RandomValues random;
    private final Catalog catalog;
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final Map<String, FeatureSet> roles = new LinkedHashMap<>();
    private final Map<String, List<String>> roleKeys = new HashMap<>();
    private final Map<String, Feature> spineColumns = new LinkedHashMap<>();
    private final Set<String> paths = new LinkedHashSet<>();
    private final Set<String> required = new LinkedHashSet<>();
    private final Map<String, String> inputs = new LinkedHashMap<>();
    private final List<Map<String, Object>> spine = new ArrayList<>();
    private final boolean exclusive;
    private final long delay;
    private final boolean spineCutoff;
    private final long fixedCutoff;

    /**
     * A request against the catalog as it is.
     *
     * @param cutoffs times that may be a fixed knowledge cut-off
     */
    public RandomRequest(RandomValues random, RandomCatalog definitions, List<Long> cutoffs) {
        this.random = random;
        this.catalog = definitions.catalog();
        this.exclusive = random.percent(30);
        this.delay = random.percent(30) ? random.between(0, 6) : 0;
        this.spineCutoff = random.percent(20);
        this.fixedCutoff =
                !spineCutoff && random.percent(35) ? random.oneOf(cutoffs) + random.between(-1, 1) : Long.MAX_VALUE;
        chooseRoles();
        for (int count = random.between(1, 8); count > 0; count--) {
            paths.add(randomPath());
        }
        for (int count = random.between(0, 2); count > 0; count--) {
            required.add(random.percent(70) ? random.oneOf(List.copyOf(paths)) : randomPath());
        }
        chooseInputs();
        writeJson();
        for (int count = random.between(0, 30); count > 0; count--) {
            spine.add(randomRow(definitions));
            if (random.percent(10)) {
                spine.add(spine.getLast());
            }
        }
    }

    public TrainingSetPlan plan() {
        List<String> columns = new ArrayList<>(spineColumns.keySet());
        columns.add(TIME);
        return TrainingSetPlanner.plan(catalog, TrainingSetRequest.read(json), columns);
    }

    public List<Map<String, Object>> spine() {
        return spine;
    }

    /** The answer that the rule demands. */
    public HistoryDriver.Joined expected(AsOfOracle oracle) {
        List<List<Object>> rows = new ArrayList<>();
        List<Boolean> kept = new ArrayList<>();
        for (Map<String, Object> row : spine) {
            rows.add(paths.stream().map(path -> at(path, row, oracle)).toList());
            kept.add(required.stream().noneMatch(path -> at(path, row, oracle) == Cell.MISSING));
        }
        return new HistoryDriver.Joined(rows, kept);
    }

    @Override
    public String toString() {
        return json.toString();
    }

    private Object at(String path, Map<String, Object> row, AsOfOracle oracle) {
        List<String> parts = List.of(path.split("\\.", -1));
        FeatureSet set = set(parts.getFirst());
        Object time = row.getOrDefault(TIME, Cell.NULL);
        Place place = new Place(parts.getFirst(), set, false, new ArrayList<>());
        for (String column : roleKeys.getOrDefault(parts.getFirst(), List.of())) {
            place.key.add(row.getOrDefault(column, Cell.NULL));
        }
        for (String hop : parts.subList(1, parts.size() - 1)) {
            Relation relation = place.set.relation(hop).orElseThrow();
            FeatureSet target = catalog.set(relation.set()).orElseThrow();
            List<Object> key = new ArrayList<>();
            for (String column : target.key()) {
                key.add(at(place, relation.on().getOrDefault(column, ""), row, time, oracle));
            }
            place = new Place(place.path + "." + hop, target, true, key);
        }
        return at(place, parts.getLast(), row, time, oracle);
    }

    /** An entity that a path comes by; it is nobody if a part of the key is null or MISSING. */
    private record Place(String path, FeatureSet set, boolean followed, List<Object> key) {}

    private Object at(Place place, String name, Map<String, Object> row, Object time, AsOfOracle oracle) {
        String input = inputs.get(place.path + "." + name);
        if (input != null) {
            return row.getOrDefault(input, Cell.NULL);
        }
        if (!(time instanceof Long micros) || place.key.stream().anyMatch(Cell.class::isInstance)) {
            return Cell.MISSING;
        }
        Question question = new Question(micros, exclusive, delay, spineCutoff ? micros : fixedCutoff);
        Entity entity = new Entity(place.set.table(), place.key);
        if (place.set.isKey(name)) {
            boolean there = !place.followed || oracle.exists(entity, question);
            return there ? place.key.get(place.set.key().indexOf(name)) : Cell.MISSING;
        }
        Feature feature = place.set.feature(name).orElseThrow();
        return oracle.value(entity, feature.number(), ttl(feature), question);
    }

    private static long ttl(Feature feature) {
        Long declared = feature.freshness().offlineTtlMicros();
        Long staleness = feature.freshness().maxStalenessMicros();
        return declared != null ? declared : staleness != null ? staleness : AsOfOracle.NO_TTL;
    }

    private FeatureSet set(String role) {
        FeatureSet set = roles.get(role);
        return set == null ? catalog.set(role).orElseThrow() : set;
    }

    private void chooseRoles() {
        for (int count = random.between(1, 3); count > 0; count--) {
            FeatureSet set = random.oneOf(catalog.sets());
            String role = random.percent(50) ? set.name() : "role" + count;
            if (roles.put(role, set) != null) {
                continue;
            }
            List<String> columns = new ArrayList<>();
            for (Feature key : set.keyFeatures()) {
                columns.add(keyColumn(role, key));
            }
            roleKeys.put(role, columns);
        }
    }

    /** A spine column of its own, or one that another role names too. */
    private String keyColumn(String role, Feature key) {
        for (Map.Entry<String, Feature> column : spineColumns.entrySet()) {
            if (column.getValue().type().equals(key.type()) && random.percent(20)) {
                return column.getKey();
            }
        }
        String column = role + "_" + key.name();
        spineColumns.put(column, key);
        return column;
    }

    private String randomPath() {
        String role = random.percent(8) ? "world" : random.oneOf(List.copyOf(roles.keySet()));
        StringBuilder path = new StringBuilder(role);
        FeatureSet set = set(role);
        while (!set.relations().isEmpty() && random.percent(55)) {
            Relation relation = random.oneOf(set.relations());
            path.append('.').append(relation.name());
            set = catalog.set(relation.set()).orElseThrow();
        }
        if (set.features().isEmpty()) {
            return randomPath();
        }
        return path.append('.').append(random.oneOf(set.features()).name()).toString();
    }

    private void chooseInputs() {
        for (int count = random.between(0, 2); count > 0; count--) {
            String path = randomPath();
            Feature feature = feature(path);
            if (feature != null && !inputs.containsKey(path)) {
                String column = "given" + count;
                inputs.put(path, column);
                spineColumns.put(column, feature);
            }
        }
    }

    /** The feature at the end of a path, or null if it is a key column, which is no input. */
    private @Nullable Feature feature(String path) {
        List<String> parts = List.of(path.split("\\.", -1));
        FeatureSet set = set(parts.getFirst());
        for (String hop : parts.subList(1, parts.size() - 1)) {
            set = catalog.set(set.relation(hop).orElseThrow().set()).orElseThrow();
        }
        return set.isKey(parts.getLast()) ? null : set.feature(parts.getLast()).orElseThrow();
    }

    private void writeJson() {
        json.put("type", "training_set").put("time", TIME);
        ObjectNode sets = json.putObject("sets");
        roles.forEach((role, set) -> {
            ObjectNode keys = sets.putObject(role).put("set", set.name()).putObject("keys");
            for (int column = 0; column < set.key().size(); column++) {
                keys.put(
                        set.key().get(column),
                        roleKeys.getOrDefault(role, List.of()).get(column));
            }
        });
        paths.forEach(json.putArray("features")::add);
        required.forEach(json.putArray("required")::add);
        inputs.forEach(json.putObject("inputs")::put);
        json.put("end", exclusive ? "exclusive" : "inclusive");
        json.put("delay", Durations.format(delay));
        if (spineCutoff) {
            json.put("cutoff", "spine");
        } else if (fixedCutoff != Long.MAX_VALUE) {
            json.put("cutoff", Timestamps.format(fixedCutoff));
        }
    }

    private Map<String, Object> randomRow(RandomCatalog definitions) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put(TIME, random.percent(5) ? Cell.NULL : (Object) random.time(-2, 35));
        spineColumns.forEach((column, feature) -> {
            boolean given = inputs.containsValue(column);
            Object cell = given ? definitions.value(feature) : random.key(feature.type());
            if (random.percent(8)) {
                cell = Cell.NULL;
            } else if (!given && random.percent(8)) {
                cell = random.unknownKey(feature.type());
            }
            row.put(column, cell);
        });
        return row;
    }
}
