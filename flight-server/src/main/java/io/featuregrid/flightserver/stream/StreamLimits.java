package io.featuregrid.flightserver.stream;

import java.time.Duration;

/**
 * Bounds on what one call may hold and on how long it may wait.
 *
 * @param spineMemoryBytes how much of a spine stays in memory while it arrives; the rest goes to a file
 * @param spineBytes the size above which a spine is refused
 * @param stall how long a client may leave an answer unread before the call is ended
 */
public record StreamLimits(long spineMemoryBytes, long spineBytes, Duration stall) {
    public StreamLimits {
        if (spineMemoryBytes < 0 || spineBytes < 1 || stall.isNegative() || stall.isZero()) {
            throw new IllegalArgumentException("limits are " + spineMemoryBytes + " bytes in memory, " + spineBytes
                    + " bytes a spine, stall " + stall + " (expected positive ones)");
        }
    }
}
