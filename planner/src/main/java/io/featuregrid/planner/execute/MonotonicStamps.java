package io.featuregrid.planner.execute;

/** Stamps that grow as long as the process lives: for tests and simulations, which have no disk to remember them on. */
public final class MonotonicStamps implements StampSource {
    private static final int POSITION_BITS = 48;

    private final Clock clock;
    private final long nodeNumber;
    private long last = Long.MIN_VALUE;

    /**
     * Stamps of one node.
     *
     * @param nodeNumber 1 to 32767
     */
    public MonotonicStamps(Clock clock, int nodeNumber) {
        this.clock = clock;
        this.nodeNumber = nodeNumber;
    }

    @Override
    public synchronized long next() {
        last = Math.max(clock.nowMicros(), last == Long.MIN_VALUE ? last : last + 1);
        return last;
    }

    @Override
    public long sequence(long position) {
        return nodeNumber << POSITION_BITS | position;
    }

    @Override
    public Clock clock() {
        return clock;
    }
}
