package io.featuregrid.gridnode.serve;

/**
 * Where and how much an HTTP port serves.
 *
 * @param host the address to bind to
 * @param port the port to bind to; 0 takes any free one
 * @param maxBodyBytes the largest request body; a larger one is TOO_LARGE
 * @param maxConcurrentRequests the most requests in work at once; a further one is RESOURCE_EXHAUSTED
 */
public record HttpSettings(String host, int port, int maxBodyBytes, int maxConcurrentRequests) {
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
    }
}
