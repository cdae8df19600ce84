package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Entities that are to be forgotten. */
public record ErasureRequest(List<Entities> sets) {
    private static final int MOST_PROBLEMS = 100;

    public ErasureRequest {
        sets = List.copyOf(sets);
    }

    /**
     * Entities of one set.
     *
     * @param keys the key columns in the order of the key, by name. On the heap
     */
    public record Entities(FeatureSet set, FeatureBatch keys) {}

    public long entities() {
        return sets.stream().mapToLong(entities -> entities.keys().rows()).sum();
    }

    /**
     * Reads {@code {keys: [{set.key: value}]}}.
     *
     * @throws FeatureGridException with everything that is wrong: PARSE_FAILED for an unknown name, INVALID_QUERY for what is not exactly
     *     the key of one set, VALIDATION_FAILED for a value that fits no key
     */
    public static ErasureRequest read(Catalog catalog, JsonNode body) {
        JsonOptions options = new JsonOptions(body, "the erasure", Set.of("keys"));
        JsonNode keys = body.path("keys");
        if (!keys.isArray() || keys.isEmpty()) {
            throw options.refused("has keys " + keys + " (expected [{\"flight.id\": 7}], at least one)");
        }
        List<Problem> problems = new ArrayList<>();
        Map<FeatureSet, List<JsonNode>> bySet = new LinkedHashMap<>();
        int row = 0;
        for (JsonNode key : keys) {
            Optional<FeatureSet> set = set(catalog, key, row++, problems);
            set.ifPresent(known ->
                    bySet.computeIfAbsent(known, missing -> new ArrayList<>()).add(key));
        }
        List<Entities> sets = new ArrayList<>();
        bySet.forEach((set, rows) -> sets.add(new Entities(set, batch(set, rows, problems))));
        if (!problems.isEmpty()) {
            throw new FeatureGridException(
                    problems.size() > MOST_PROBLEMS ? problems.subList(0, MOST_PROBLEMS) : problems);
        }
        return new ErasureRequest(sets);
    }

    /** The set whose key an entry names, if it is exactly that. */
    private static Optional<FeatureSet> set(Catalog catalog, JsonNode key, int row, List<Problem> problems) {
        List<String> names = new ArrayList<>();
        key.fieldNames().forEachRemaining(names::add);
        String first = names.isEmpty() ? "" : names.getFirst();
        Optional<FeatureSet> set = catalog.set(first.substring(0, Math.max(0, first.indexOf('.'))));
        if (names.isEmpty()) {
            problems.add(new Problem(
                    ErrorCode.INVALID_QUERY,
                    "keys[" + row + "] is " + key + " (expected an object {\"set.key\": value})"));
        } else if (set.isEmpty()) {
            problems.add(new Problem(
                    ErrorCode.PARSE_FAILED,
                    "'" + first + "' of keys[" + row + "] is unknown (expected the key of one of "
                            + catalog.sets().stream().map(FeatureSet::name).toList() + ")",
                    first));
        } else {
            List<String> whole = set.get().key().stream()
                    .map(column -> set.get().name() + "." + column)
                    .toList();
            if (whole.size() == names.size() && names.containsAll(whole)) {
                return set;
            }
            problems.add(new Problem(
                    ErrorCode.INVALID_QUERY,
                    "keys[" + row + "] names " + names + " (expected exactly the key of one set, here " + whole + ")"));
        }
        return Optional.empty();
    }

    private static FeatureBatch batch(FeatureSet set, List<JsonNode> rows, List<Problem> problems) {
        List<Column> columns = new ArrayList<>();
        for (Feature feature : set.keyFeatures()) {
            String name = set.name() + "." + feature.name();
            ColumnBuilder builder = new ColumnBuilder(feature.type().columnType(), rows.size());
            for (int row = 0; row < rows.size(); row++) {
                JsonNode value = rows.get(row).path(name);
                Optional<Object> read = TypedValues.read(feature.type(), value);
                if (read.isPresent()) {
                    TypedValues.set(feature.type(), builder, row, read.get());
                } else {
                    problems.add(new Problem(
                            ErrorCode.VALIDATION_FAILED,
                            "'" + name + "' is " + value + " (expected a value of type "
                                    + feature.type().text() + ")",
                            name));
                }
            }
            columns.add(builder.build());
        }
        return FeatureBatch.onHeap(set.key(), columns, rows.size());
    }
}
