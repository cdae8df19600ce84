package io.featuregrid.gridnode.serve;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A port on a free number with a client for it. */
final class RunningPort implements AutoCloseable {
    static final int MAX_BODY_BYTES = 1000;
    static final int MAX_REQUESTS = 2;

    private final HttpPort port;
    private final int number;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private RunningPort(HttpPort port) {
        this.port = port;
        this.number = port.open();
    }

    static RunningPort start(Consumer<HttpPort> mounts) {
        return start(new HttpSettings("127.0.0.1", 0, MAX_BODY_BYTES, MAX_REQUESTS), new MetricRegistry(), mounts);
    }

    static RunningPort start(HttpSettings settings, MetricRegistry metrics, Consumer<HttpPort> mounts) {
        HttpPort port = new HttpPort(settings, Optional::empty, new SplittableRandom(7), metrics);
        mounts.accept(port);
        return new RunningPort(port);
    }

    int number() {
        return number;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + number + path));
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    HttpResponse<String> post(String path, String body) {
        return post(path, BodyPublishers.ofString(body));
    }

    HttpResponse<String> post(String path, BodyPublisher body) {
        return send(request(path).POST(body));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** What the port sends over a connection of its own until it closes it. */
    String talk(String words) throws IOException {
        try (Socket socket = connect(words)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    Socket connect(String words) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), number);
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonNode json(String text) {
        try {
            return new JsonMapper().readTree(text);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }

    /** Closes the port and leaves the client. */
    void closePort() {
        port.close();
    }

    @Override
    public void close() {
        client.close();
        port.close();
    }
}
