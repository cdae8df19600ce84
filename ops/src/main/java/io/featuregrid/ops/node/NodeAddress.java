package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a node is, as its file {@code node.json}, its HTTP port and the command line say it.
 *
 * @param http {@code host:port}
 * @param flight {@code host:port}
 * @param thin {@code host:port}
 */
public record NodeAddress(long pid, String http, String flight, String thin) {
    private static final JsonMapper JSON = new JsonMapper();

    public ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("pid", pid);
        node.put("http", http);
        node.put("flight", flight);
        node.put("thin", thin);
        return node;
    }

    static String of(String host, int port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    static Path file(Path home) {
        return home.resolve("node.json");
    }

    void write(Path home) throws IOException {
        AtomicFile.write(file(home), (json() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** What the home's file says, true or stale; empty if it says nothing. */
    static Optional<NodeAddress> read(Path home) {
        try {
            JsonNode node = JSON.readTree(Files.readString(file(home)));
            String http = node.path("http").asText();
            String flight = node.path("flight").asText();
            String thin = node.path("thin").asText();
            return http.isEmpty() || flight.isEmpty() || thin.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new NodeAddress(node.path("pid").asLong(), http, flight, thin));
        } catch (IOException none) {
            return Optional.empty();
        }
    }
}
