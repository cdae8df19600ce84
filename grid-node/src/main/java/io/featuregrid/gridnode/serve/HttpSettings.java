package io.featuregrid.gridnode.serve;

import java.time.Duration;

/**
 * Where and how much an HTTP port serves.
 *
 * @param host the address to bind to
 * @param port the port to bind to; 0 takes any free one
 * @param maxBodyBytes the largest request body; a larger one is TOO_LARGE
 * @param maxConcurrentRequests the most requests in work at once; a further one is RESOURCE_EXHAUSTED
 * @param maxConnections the most connections open at once; a further one closes the one that has been idle longest
 * @param idleTimeout after how long a connection on which nothing moves is closed, one whose reader does not read too; whole milliseconds
 */
public record HttpSettings(
        String host, int port, int maxBodyBytes, int maxConcurrentRequests, int maxConnections, Duration idleTimeout) {
    private static final int MAX_CONNECTIONS = 10_000;
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);

    public HttpSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is " + port + " (expected 0 to 65535)");
        }
        if (maxBodyBytes < 1) {
            throw new IllegalArgumentException("maxBodyBytes is " + maxBodyBytes + " (expected at least 1)");
        }
        if (maxConcurrentRequests < 1) {
            throw new IllegalArgumentException(
                    "maxConcurrentRequests is " + maxConcurrentRequests + " (expected at least 1)");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections is " + maxConnections + " (expected at least 1)");
        }
        if (idleTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("idleTimeout is " + idleTimeout + " (expected at least 1 ms)");
        }
    }

    /** Settings with ten thousand connections, of which an idle one is closed after two minutes. */
    public HttpSettings(String host, int port, int maxBodyBytes, int maxConcurrentRequests) {
        this(host, port, maxBodyBytes, maxConcurrentRequests, MAX_CONNECTIONS, IDLE_TIMEOUT);
    }
}
