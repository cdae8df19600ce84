package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node that lives in a home folder, seen from another process.
 *
 * @param address where it is; empty while it starts or stops
 */
public record RunningNode(long pid, Optional<NodeAddress> address) {
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** The node of a home folder. The folder's lock decides: {@code node.json} of a process that was killed is not believed. */
    public static Optional<RunningNode> find(Path home) {
        OptionalLong holder = HomeLock.holder(home);
        if (holder.isEmpty()) {
            return Optional.empty();
        }
        long pid = holder.getAsLong();
        return Optional.of(new RunningNode(pid, NodeAddress.read(home).filter(stated -> stated.pid() == pid)));
    }

    /** Why the node does not answer requests at the moment, or empty if it does. */
    public Optional<String> reasonNotReady() {
        return address.isPresent() ? ask(address.get()) : Optional.of("the node is starting or stopping");
    }

    /**
     * Asks the process to stop and waits until it has ended.
     *
     * @return false if it still runs after the time given
     */
    public boolean stop(Duration limit) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            return true;
        }
        process.get().destroy();
        try {
            process.get().onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static HttpClient.Builder trusting(HttpClient.Builder builder, NodeAddress address)
            throws IOException, GeneralSecurityException {
        return address.certificate().isPresent()
                ? builder.sslContext(
                        PinnedCertificate.context(address.certificate().get()))
                : builder;
    }

    private static Optional<String> ask(NodeAddress address) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(ANSWER);
        try (HttpClient client = trusting(builder, address).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address.url() + "/ready"))
                    .timeout(ANSWER)
                    .build();
            HttpResponse<String> reply = client.send(request, BodyHandlers.ofString());
            if (reply.statusCode() == 200) {
                return Optional.empty();
            }
            JsonNode reason = new JsonMapper().readTree(reply.body()).path("reason");
            return Optional.of(reason.asText("/ready answers with status " + reply.statusCode()));
        } catch (IOException | GeneralSecurityException failure) {
            return Optional.of("HTTP " + address.http() + " does not answer: " + failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.of("the question was interrupted");
        }
    }
}
