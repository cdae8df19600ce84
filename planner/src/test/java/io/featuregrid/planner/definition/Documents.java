package io.featuregrid.planner.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** JSON documents and catalogs out of short texts, in which single quotes stand for double ones. */
public final class Documents {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Documents() {}

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(text, failure);
        }
    }

    /** The proposal of these sets, replacing allowed. */
    public static Proposal proposal(String... sets) {
        return ProposalReader.read(json("{'replace': true, 'sets': [" + String.join(",", List.of(sets)) + "]}"));
    }

    /** The first catalog of these sets. */
    public static Catalog catalog(String... sets) {
        return CatalogChange.plan(Catalog.EMPTY, proposal(sets)).next();
    }

    /** A set of that name with a key {@code id} of type int64, and features like {@code 'x': 'int64'}. */
    public static String set(String name, String... features) {
        StringBuilder list = new StringBuilder("{'name': 'id', 'type': 'int64'}");
        for (String feature : features) {
            List<String> parts = List.of(feature.split(" ", -1));
            list.append(", {'name': '%s', 'type': '%s', 'nullable': true}".formatted(parts.get(0), parts.get(1)));
        }
        return "{'name': '%s', 'key': ['id'], 'features': [%s]}".formatted(name, list);
    }
}
