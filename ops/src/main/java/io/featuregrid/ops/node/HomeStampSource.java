package io.featuregrid.ops.node;

import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.StampSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Gives each accepted batch its inserted_at: later than every one given before, also by earlier processes on the same home folder. What
 * is given is reserved on disk a second ahead; a start goes on above the reservation. Safe for several threads.
 */
final class HomeStampSource implements StampSource {
    private static final long RESERVED_MICROS = 1_000_000;
    private static final int POSITION_BITS = 48;

    private final Path file;
    private final Clock clock;
    private final long nodeNumber;
    private long last;
    private long reserved;

    private HomeStampSource(Path file, Clock clock, int nodeNumber, long last) {
        this.file = file;
        this.clock = clock;
        this.nodeNumber = nodeNumber;
        this.last = last;
        this.reserved = last;
    }

    /**
     * Opens the reservation of a home folder.
     *
     * @param nodeNumber 1 to 32767
     */
    static HomeStampSource open(Path file, Clock clock, int nodeNumber) {
        try {
            long last = Files.exists(file)
                    ? Long.parseLong(
                            Files.readString(file, StandardCharsets.US_ASCII).strip())
                    : Long.MIN_VALUE;
            return new HomeStampSource(file, clock, nodeNumber, last);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (NumberFormatException damaged) {
            throw new IllegalStateException(
                    "the last inserted_at in " + file + " cannot be read (expected one number: microseconds)", damaged);
        }
    }

    /** {@code max(clock, last given + 1)}. */
    @Override
    public synchronized long next() {
        long next = Math.max(clock.nowMicros(), last == Long.MIN_VALUE ? last : last + 1);
        if (next >= reserved) {
            reserve(next + RESERVED_MICROS);
        }
        last = next;
        return next;
    }

    @Override
    public long sequence(long position) {
        return nodeNumber << POSITION_BITS | position;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    private void reserve(long until) {
        try {
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(temporary, Long.toString(until), StandardCharsets.US_ASCII);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        reserved = until;
    }
}
