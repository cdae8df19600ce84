package io.featuregrid.flightserver.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.TrainingSetRequest;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Ticket;

/** What a descriptor or a ticket names. */
public sealed interface FlightRequest {
    /** A spine's features as they were: the command {@code {"type": "training_set", ...}}. */
    record TrainingSet(TrainingSetRequest request) implements FlightRequest {}

    /** Rows to store: the path {@code ["observations", set]}. */
    record Observations(String set) implements FlightRequest {}

    /**
     * The stored rows of a set: the path {@code ["history", set]}.
     *
     * @param fresh whether everything acknowledged before is to be among them; a ticket may say {@code "fresh": false}
     */
    record History(String set, boolean fresh) implements FlightRequest {}

    /**
     * Reads a descriptor.
     *
     * @throws FeatureGridException PARSE_FAILED or INVALID_QUERY
     */
    static FlightRequest read(FlightDescriptor descriptor) {
        return descriptor.isCommand() ? readCommand(descriptor.getCommand()) : ofPath(descriptor.getPath());
    }

    /**
     * Reads a ticket: {@code {"path": ["history", "airport"], "fresh": true}}, or only the array.
     *
     * @throws FeatureGridException PARSE_FAILED or INVALID_QUERY
     */
    static FlightRequest read(Ticket ticket) {
        JsonNode node = JsonText.read(ticket.getBytes(), "the ticket");
        JsonNode path = node.isObject() ? node.path("path") : node;
        List<String> parts = new ArrayList<>();
        for (JsonNode part : path) {
            if (part.isTextual()) {
                parts.add(part.textValue());
            }
        }
        if (!path.isArray() || parts.size() != path.size()) {
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED,
                    "the ticket is " + node + " (expected {\"path\": [\"history\", \"<set>\"]} or only the array)");
        }
        FlightRequest request = ofPath(parts);
        JsonNode fresh = node.path("fresh");
        if (!fresh.isMissingNode() && !fresh.isBoolean()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY, "the ticket has fresh " + fresh + " (expected true or false)");
        }
        return request instanceof History history ? new History(history.set(), fresh.asBoolean(true)) : request;
    }

    /** The ticket that {@link #read(Ticket)} reads back as this history. */
    static Ticket ticket(History history) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.putArray("path").add("history").add(history.set());
        if (!history.fresh()) {
            node.put("fresh", false);
        }
        return new Ticket(JsonText.write(node));
    }

    private static FlightRequest readCommand(byte[] command) {
        JsonNode node = JsonText.read(command, "the command");
        JsonNode type = node.path("type");
        if (!type.isTextual() || !type.textValue().equals("training_set")) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the command's type is " + (type.isMissingNode() ? "missing" : type)
                            + " (expected a JSON object with \"type\": \"training_set\")");
        }
        return new TrainingSet(TrainingSetRequest.read(node));
    }

    private static FlightRequest ofPath(List<String> path) {
        String kind = path.isEmpty() ? "" : path.getFirst();
        if (kind.equals("dataset")) {
            throw invalid(
                    path,
                    "datasets are not known in this version; expected [\"observations\", set] or [\"history\", set]");
        }
        if (path.size() != 2) {
            throw invalid(path, "expected [\"observations\", set] or [\"history\", set]");
        }
        return switch (kind) {
            case "observations" -> new Observations(path.getLast());
            case "history" -> new History(path.getLast(), true);
            default -> throw invalid(path, "expected [\"observations\", set] or [\"history\", set]");
        };
    }

    private static FeatureGridException invalid(List<String> path, String what) {
        return new FeatureGridException(ErrorCode.INVALID_QUERY, "the path is " + path + " (" + what + ")");
    }
}
