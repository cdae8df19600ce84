package io.featuregrid.gridnode.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogChange;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.ProposalReader;
import java.util.List;
import java.util.StringJoiner;

/** A catalog of one set that is defined anew as a test goes on: numbers and epochs are those of a real one. */
public final class Evolution {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private Catalog catalog = Catalog.EMPTY;

    public Evolution(String name) {
        this.name = name;
    }

    /**
     * The set as it is from now on.
     *
     * @param key columns like {@code id int64}; none for a global set
     * @param features like {@code x string}, or {@code x string 1h} with a max staleness
     */
    public FeatureSet apply(List<String> key, List<String> features) {
        StringJoiner names = new StringJoiner(",", "[", "]");
        StringJoiner list = new StringJoiner(",", "[", "]");
        key.forEach(column -> {
            names.add('"' + column.split(" ", -1)[0] + '"');
            list.add(feature(column, false));
        });
        features.forEach(feature -> list.add(feature(feature, true)));
        String document = """
                {"replace": true, "sets": [{"name": "%s", "key": %s, "features": %s}]}
                """.formatted(name, names, list);
        try {
            catalog = CatalogChange.plan(catalog, ProposalReader.read(JSON.readTree(document)))
                    .next();
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(document, failure);
        }
        return catalog.set(name).orElseThrow();
    }

    private static String feature(String text, boolean nullable) {
        List<String> parts = List.of(text.split(" ", -1));
        String staleness = parts.size() < 3 ? "" : ", \"max_staleness_us\": \"" + parts.get(2) + '"';
        return "{\"name\": \"%s\", \"type\": \"%s\", \"nullable\": %s%s}"
                .formatted(parts.get(0), parts.get(1), nullable, staleness);
    }
}
