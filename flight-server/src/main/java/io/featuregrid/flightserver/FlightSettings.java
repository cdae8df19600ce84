package io.featuregrid.flightserver;

import io.featuregrid.flightserver.stream.StreamLimits;
import java.time.Duration;

/**
 * Where the Flight port listens and what its calls may take.
 *
 * @param host the address to bind to
 * @param port the port to bind to; 0 for any free one
 * @param maxMessageBytes the largest message that is accepted: one batch of a client's
 * @param maxCalls how many training sets, ingests and history reads run at once; one more is refused
 * @param limits what one call may hold, and how long it may wait
 */
public record FlightSettings(String host, int port, int maxMessageBytes, int maxCalls, StreamLimits limits) {
    private static final int DEFAULT_MAX_CALLS = 64;
    private static final StreamLimits DEFAULT_LIMITS = new StreamLimits(32L << 20, 64L << 30, Duration.ofMinutes(15));

    public FlightSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is " + port + " (expected 0 to 65535)");
        }
        if (maxMessageBytes < 1 || maxCalls < 1) {
            throw new IllegalArgumentException("limits are " + maxMessageBytes + " bytes a message and " + maxCalls
                    + " calls (expected positive ones)");
        }
    }

    /** Settings with 64 calls at once, 32 MiB of a spine in memory, 64 GiB on disk, and 15 minutes until a client has stalled. */
    public FlightSettings(String host, int port, int maxMessageBytes) {
        this(host, port, maxMessageBytes, DEFAULT_MAX_CALLS, DEFAULT_LIMITS);
    }
}
