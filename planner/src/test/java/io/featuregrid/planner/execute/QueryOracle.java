package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.Relation;
import io.featuregrid.planner.definition.TypedValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of online reading in the plainest words: a loop over all observations for every single value. */
final class QueryOracle {
    private static final Answer MISSING = new Answer("MISSING", "MISSING", null);

    private final Catalog catalog;
    private final List<Observation> observations = new ArrayList<>();

    QueryOracle(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * What was seen of an entity.
     *
     * @param values as {@link Column#describe} has them, by feature; none of a tombstone makes everything MISSING
     */
    record Observation(String set, List<String> key, Map<String, String> values, boolean tombstone, Stamp stamp) {}

    /** A value as {@link Column#describe} has it, with and without its default. */
    record Answer(String value, String shown, @Nullable Stamp stamp) {}

    void add(Observation observation) {
        observations.add(observation);
    }

    Answer answer(RandomQueryWorld.Query query, String path, int row) {
        List<String> names = List.of(path.split("\\.", -1));
        Feature feature = feature(names);
        Answer answer = value(query, names, row);
        Object standard = feature.values().defaultValue();
        if (answer.value().equals("MISSING")
                && standard != null
                && query.shape().defaults()) {
            ColumnBuilder builder = new ColumnBuilder(feature.type().columnType(), 1);
            TypedValues.set(feature.type(), builder, 0, standard);
            return new Answer("MISSING", builder.build().describe(0), null);
        }
        return answer;
    }

    private Answer value(RandomQueryWorld.Query query, List<String> names, int row) {
        String last = names.getLast();
        Column given = query.input(String.join(".", names));
        if (given != null) {
            return new Answer(given.describe(row), given.describe(row), null);
        }
        List<String> prefix = names.subList(0, names.size() - 1);
        FeatureSet set = set(prefix);
        List<String> key = key(query, prefix, row);
        if (key == null || key.contains("null") || key.contains("MISSING")) {
            return MISSING;
        }
        if (set.isKey(last)) {
            String value = key.get(set.key().indexOf(last));
            return exists(set, key, query.now()) ? new Answer(value, value, null) : MISSING;
        }
        return stored(query, prefix, set, key, last);
    }

    private Answer stored(
            RandomQueryWorld.Query query, List<String> prefix, FeatureSet set, List<String> key, String name) {
        Observation newest = null;
        for (Observation seen : observations) {
            boolean concerns = seen.values.containsKey(name) || (seen.tombstone && seen.values.isEmpty());
            if (seen.set.equals(set.name()) && seen.key.equals(key) && concerns) {
                newest = newest == null || seen.stamp.compareTo(newest.stamp) > 0 ? seen : newest;
            }
        }
        if (newest == null || newest.tombstone || newest.stamp.observedAt() > query.now()) {
            return MISSING;
        }
        Map<String, Long> overrides = query.shape().staleness();
        Long override =
                overrides.getOrDefault(String.join(".", prefix) + "." + name, overrides.get(set.name() + "." + name));
        Feature feature = set.feature(name).orElseThrow();
        Long staleness = override != null ? override : feature.freshness().maxStalenessMicros();
        Long ttl = feature.freshness().offlineTtlMicros();
        long age = query.now() - newest.stamp.observedAt();
        if ((staleness != null && age > staleness) || (ttl != null && age > ttl)) {
            return MISSING;
        }
        String value = newest.values.getOrDefault(name, "");
        return new Answer(value, value, newest.stamp);
    }

    private boolean exists(FeatureSet set, List<String> key, long now) {
        Stamp newest = null;
        Stamp tombstone = null;
        for (Observation seen : observations) {
            if (seen.set.equals(set.name()) && seen.key.equals(key)) {
                if (!seen.tombstone) {
                    newest = newest == null || seen.stamp.compareTo(newest) > 0 ? seen.stamp : newest;
                } else if (seen.values.isEmpty()) {
                    tombstone = tombstone == null || seen.stamp.compareTo(tombstone) > 0 ? seen.stamp : tombstone;
                }
            }
        }
        return newest != null && newest.observedAt() <= now && (tombstone == null || newest.compareTo(tombstone) > 0);
    }

    /** The key of the entity that a path without its feature leads to, or null where a link does not lead on. */
    private @Nullable List<String> key(RandomQueryWorld.Query query, List<String> path, int row) {
        List<String> key = new ArrayList<>();
        if (path.size() == 1) {
            for (String column : set(path).key()) {
                Column given = query.input(path.getFirst() + "." + column);
                key.add(given == null ? "MISSING" : given.describe(row));
            }
            return key;
        }
        List<String> parent = path.subList(0, path.size() - 1);
        Relation relation = set(parent).relation(path.getLast()).orElseThrow();
        for (String column : set(path).key()) {
            List<String> link = new ArrayList<>(parent);
            link.add(relation.on().getOrDefault(column, ""));
            key.add(value(query, link, row).value());
        }
        return key.contains("MISSING") || key.contains("null") ? null : key;
    }

    private FeatureSet set(List<String> path) {
        FeatureSet set = catalog.set(path.getFirst()).orElseThrow();
        for (String relation : path.subList(1, path.size())) {
            set = catalog.set(set.relation(relation).orElseThrow().set()).orElseThrow();
        }
        return set;
    }

    private Feature feature(List<String> names) {
        return set(names.subList(0, names.size() - 1)).feature(names.getLast()).orElseThrow();
    }

    /** An empty map to fill. */
    static Map<String, String> values() {
        return new HashMap<>();
    }
}
