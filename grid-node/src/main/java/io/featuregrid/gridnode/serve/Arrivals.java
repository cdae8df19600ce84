package io.featuregrid.gridnode.serve;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The bodies that are on their way, bounded by count and by the bytes that they hold. Whoever sends slowly holds neither for long: when
 * there is no room for a newcomer, the body that has been arriving longest gives way, if it has had its time. Safe for use by several
 * threads.
 */
final class Arrivals {
    /** What a sender may take before it has to give way to others: a fast one has sent the largest body by then. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    private final int maxBodies;
    private final long maxBytes;
    private final LongSupplier ticker;
    /** Since when each body has been arriving, the longest first. */
    private final Map<Arrival, Long> arriving = new LinkedHashMap<>();

    private long bytes;

    /** A body that is arriving. Known by its identity. */
    @FunctionalInterface
    interface Arrival {
        /** Ends the arrival soon; called once, by any thread. */
        void giveWay();
    }

    /**
     * No arrivals.
     *
     * @param ticker nanoseconds, as {@link System#nanoTime}
     */
    Arrivals(int maxBodies, long maxBytes, LongSupplier ticker) {
        this.maxBodies = maxBodies;
        this.maxBytes = maxBytes;
        this.ticker = ticker;
    }

    /** Begins an arrival, unless there are too many and none of them gives way. */
    synchronized boolean begin(Arrival arrival) {
        if (arriving.size() >= maxBodies && !makeRoom(arrival)) {
            return false;
        }
        arriving.put(arrival, ticker.getAsLong());
        return true;
    }

    /** The body has arrived, or will not: its bytes may still be held. */
    synchronized void end(Arrival arrival) {
        arriving.remove(arrival);
    }

    /**
     * Takes memory for a part of a body, unless too much is held and no other body gives way. What gives way drops its bytes a little
     * later, so that for a moment one body more than allowed is held for each that gave way.
     */
    synchronized boolean hold(Arrival arrival, int count) {
        if (bytes + count > maxBytes && !makeRoom(arrival)) {
            return false;
        }
        bytes += count;
        return true;
    }

    synchronized void drop(long count) {
        bytes -= count;
    }

    private boolean makeRoom(Arrival newcomer) {
        Iterator<Map.Entry<Arrival, Long>> longest = arriving.entrySet().iterator();
        Map.Entry<Arrival, Long> oldest = longest.hasNext() ? longest.next() : null;
        if (oldest != null && oldest.getKey().equals(newcomer)) {
            oldest = longest.hasNext() ? longest.next() : null;
        }
        if (oldest == null || ticker.getAsLong() - oldest.getValue() < GRACE_NANOS) {
            return false;
        }
        Arrival slow = oldest.getKey();
        longest.remove();
        slow.giveWay();
        return true;
    }

    int maxBodies() {
        return maxBodies;
    }

    long maxBytes() {
        return maxBytes;
    }
}
