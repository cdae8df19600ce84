package io.featuregrid.flightserver.action;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.flightserver.request.JsonText;
import io.featuregrid.flightserver.stream.FreshHistory;
import io.featuregrid.offline.load.LoadResult;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.time.Timestamps;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** Loads a set's history into the grid, and says how far it is. */
record LoadAction(CatalogStore catalogs, FreshHistory history) implements FlightActions.Answer {
    private static final String EXPECTED = " (expected {\"set\": the name of a set, \"as_of\": \"now\" or a time})";
    private static final Set<String> OPTIONS = Set.of("set", "as_of");

    @Override
    public void run(byte[] body, Consumer<byte[]> results) {
        JsonNode node = JsonText.read(body, "the body of the action 'load'");
        Iterator<String> names = node.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            if (!OPTIONS.contains(name)) {
                throw refused("has '" + name + "'");
            }
        }
        if (!node.path("set").isTextual()) {
            throw refused("is " + node);
        }
        FeatureSet set = set(node.path("set").textValue());
        LoadResult loaded = history.load(
                set,
                time(node.path("as_of")),
                (rows, buckets, of) -> send(
                        results,
                        object().put("rows", rows).put("buckets", buckets).put("of", of)));
        send(results, object().put("rows", loaded.rows()).put("as_of", Timestamps.format(loaded.asOf())));
    }

    private FeatureSet set(String name) {
        Catalog catalog = catalogs.current();
        return catalog.set(name)
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.PARSE_FAILED,
                        "there is no set '" + name + "' (expected one of "
                                + catalog.sets().stream().map(FeatureSet::name).toList() + ")"));
    }

    private static OptionalLong time(JsonNode asOf) {
        if (asOf.isMissingNode() || asOf.asText().equals("now")) {
            return OptionalLong.empty();
        }
        OptionalLong time = asOf.isTextual() ? Timestamps.parse(asOf.textValue()) : OptionalLong.empty();
        if (time.isEmpty()) {
            throw refused("has as_of " + asOf);
        }
        return time;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static void send(Consumer<byte[]> results, ObjectNode result) {
        results.accept(JsonText.write(result));
    }

    private static FeatureGridException refused(String what) {
        return new FeatureGridException(ErrorCode.INVALID_QUERY, "the body of the action 'load' " + what + EXPECTED);
    }
}
