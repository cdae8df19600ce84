package io.featuregrid.flightserver.action;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.flightserver.request.JsonText;
import io.featuregrid.flightserver.stream.FreshHistory;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.plan.TrainingSetPlanner;
import io.featuregrid.planner.plan.TrainingSetRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The actions that a client can ask for by name. Safe for use by several threads. */
public final class FlightActions {
    private final List<FlightAction> actions;

    /**
     * One action.
     *
     * @param description what it takes and what it answers, as a client lists it
     * @param allowed who may ask for it
     * @param lasting whether it goes on for long, so that only so many may run at once
     */
    public record FlightAction(String name, String description, Allowed allowed, boolean lasting, Answer answer) {}

    /** Answers an action. */
    @FunctionalInterface
    public interface Answer {
        /**
         * Runs the action.
         *
         * @param body of the request
         * @param results takes the body of each result, in order; fails if nobody waits for it any more
         */
        void run(byte[] body, Consumer<byte[]> results);
    }

    public FlightActions(CatalogStore catalogs, FreshHistory history) {
        actions = List.of(
                new FlightAction(
                        "catalog",
                        "No body. Answers the catalog, all definitions at their current version, as JSON.",
                        Allowed.ANY_ROLE,
                        false,
                        (body, results) -> results.accept(JsonText.write(CatalogJson.write(catalogs.current())))),
                new FlightAction(
                        "explain",
                        "Body: JSON {\"command\": the command of a training set, \"spine\": [names of the spine's columns]}."
                                + " Answers its plan as text: the look-ups, and where each output comes from.",
                        Allowed.to(Role.READ),
                        false,
                        (body, results) -> results.accept(explain(catalogs, body))),
                new FlightAction(
                        "load",
                        "Body: JSON {\"set\": name, \"as_of\": \"now\" or a time}. Merges the set's history as of then into the"
                                + " grid. Answers {\"rows\", \"buckets\", \"of\"} again and again, at last {\"rows\", \"as_of\"}."
                                + " A load that was interrupted goes on.",
                        Allowed.to(Role.OPERATE),
                        true,
                        new LoadAction(catalogs, history)));
    }

    public List<FlightAction> list() {
        return actions;
    }

    /**
     * The action of a name.
     *
     * @throws FeatureGridException INVALID_QUERY for an unknown one
     */
    public FlightAction find(String name) {
        return actions.stream()
                .filter(action -> action.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "the action is '" + name + "' (expected one of "
                                + actions.stream().map(FlightAction::name).toList() + ")"));
    }

    private static byte[] explain(CatalogStore catalogs, byte[] body) {
        JsonNode node = JsonText.read(body, "the body of the action 'explain'");
        JsonNode spine = node.path("spine");
        List<String> columns = new ArrayList<>();
        for (JsonNode column : spine) {
            columns.add(column.asText());
        }
        if (!spine.isArray() || !node.has("command")) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the body of the action 'explain' is " + node
                            + " (expected {\"command\": {...}, \"spine\": [names of the spine's columns]})");
        }
        TrainingSetRequest request = TrainingSetRequest.read(node.path("command"));
        return PlanText.of(TrainingSetPlanner.plan(catalogs.current(), request, columns))
                .getBytes(StandardCharsets.UTF_8);
    }
}
