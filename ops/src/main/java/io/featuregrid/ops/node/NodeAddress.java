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
 * @param certificate the file of the certificate that all three show if they encrypt
 */
public record NodeAddress(long pid, String http, String flight, String thin, Optional<Path> certificate) {
    private static final JsonMapper JSON = new JsonMapper();

    /** The address of HTTP for a client on this machine. */
    public String url() {
        return (certificate.isPresent() ? "https://" : "http://") + reachable(http);
    }

    /** A port that is bound to every address of the machine is reached on loopback. */
    private static String reachable(String address) {
        return address.replaceFirst("^0\\.0\\.0\\.0:", "127.0.0.1:").replaceFirst("^\\[(::|0(:0){7})]:", "[::1]:");
    }

    /** For everybody who may ask: not where files lie. */
    public ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("pid", pid);
        node.put("http", http);
        node.put("flight", flight);
        node.put("thin", thin);
        return node.put("tls", certificate.isPresent());
    }

    static String of(String host, int port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    static Path file(Path home) {
        return home.resolve("node.json");
    }

    void write(Path home) throws IOException {
        ObjectNode stated = json();
        certificate.ifPresent(file -> stated.put("certificate", file.toString()));
        AtomicFile.write(file(home), (stated + "\n").getBytes(StandardCharsets.UTF_8));
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
                    : Optional.of(new NodeAddress(node.path("pid").asLong(), http, flight, thin, certificate(node)));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private static Optional<Path> certificate(JsonNode node) {
        String file = node.path("certificate").asText();
        return file.isEmpty() ? Optional.empty() : Optional.of(Path.of(file));
    }
}
