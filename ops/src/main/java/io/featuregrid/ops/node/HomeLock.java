package io.featuregrid.ops.node;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right of one process to a home folder: a lock on {@code node.lock}, which the system frees when the process ends,
 * however it ends.
 *
 * <p>Two bytes are locked. Who wants to be the node tries the first and fails if it is held. Who only wants to know
 * whether a node lives tries the second, and so never stands in the way of one that starts. The file states the
 * holder's process id before the second byte is locked: as long as that is locked, the id is right.
 */
final class HomeLock implements AutoCloseable {
    /** Far behind the text, for systems where a locked byte cannot be read. */
    private static final long OWNER = 1L << 40;

    private static final long LIFE = OWNER + 1;

    /** POSIX frees all locks of a process on a file when it closes any descriptor of the file: what we hold is not opened again. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private HomeLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws FeatureGridException CONFLICT if a node lives in the folder
     */
    static HomeLock take(Path home) throws IOException {
        Path file = home.toRealPath().resolve("node.lock");
        if (!HELD.add(file)) {
            throw taken(home, OptionalLong.of(ProcessHandle.current().pid()));
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock(OWNER, 1, false) == null) {
                throw taken(home, statedIn(file));
            }
            write(channel, String.valueOf(ProcessHandle.current().pid()));
            channel.lock(LIFE, 1, false);
            return new HomeLock(file, channel);
        } catch (IOException | RuntimeException failure) {
            if (channel != null) {
                channel.close();
            }
            HELD.remove(file);
            throw failure;
        }
    }

    /** The process id of the node that lives in the folder, or empty if none does. */
    static OptionalLong holder(Path home) {
        try {
            Path file = home.toRealPath().resolve("node.lock");
            if (HELD.contains(file)) {
                return OptionalLong.of(ProcessHandle.current().pid());
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                FileLock probe = channel.tryLock(LIFE, 1, true);
                if (probe != null) {
                    probe.release();
                    return OptionalLong.empty();
                }
            }
            return statedIn(file);
        } catch (NoSuchFileException none) {
            return OptionalLong.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Gives the lock back. The file stays: another process may have it open to lock it. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            write(channel, "");
            channel.close();
            HELD.remove(file);
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static OptionalLong statedIn(Path file) throws IOException {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (NumberFormatException notYet) {
            return OptionalLong.empty();
        }
    }

    private static FeatureGridException taken(Path home, OptionalLong pid) {
        String process = pid.isPresent() ? " (process " + pid.getAsLong() + ")" : "";
        return new FeatureGridException(
                ErrorCode.CONFLICT,
                "a node" + process + " runs in " + home + " already (expected a folder of its own for each: stop that"
                        + " node, or name another --home)");
    }
}
