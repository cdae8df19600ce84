package io.featuregrid.flightserver.stream;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the batches of a spine until all of it has arrived: the first ones in memory, the rest in a file as Arrow IPC messages. Schema and
 * dictionaries are not kept here. For one thread; first all {@link #add}, then all {@link #take}.
 */
final class SpineSpool implements AutoCloseable {
    private static final String PREFIX = "spine-";
    private static final String SUFFIX = ".arrow";

    private final Path folder;
    private final StreamLimits limits;
    private final BufferAllocator allocator;
    private final Queue<ArrowRecordBatch> inMemory = new ArrayDeque<>();
    private @Nullable FileChannel file;
    private @Nullable WriteChannel writer;
    private @Nullable ReadChannel reader;
    private long bytes;
    private long rows;
    private int batchesInFile;

    SpineSpool(Path folder, StreamLimits limits, BufferAllocator allocator) {
        this.folder = folder;
        this.limits = limits;
        this.allocator = allocator;
    }

    /** Makes the folder and deletes what an earlier process left in it. */
    static void prepare(Path folder) {
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Keeps the rows; afterwards the root may be changed or closed.
     *
     * @throws FeatureGridException TOO_LARGE if the spine exceeds its limit, RESOURCE_EXHAUSTED if the disk has no room
     */
    void add(VectorSchemaRoot root) {
        if (root.getRowCount() == 0) {
            return;
        }
        ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch();
        boolean kept = false;
        try {
            long size = batch.computeBodyLength();
            bytes += size;
            rows += batch.getLength();
            if (bytes > limits.spineBytes()) {
                throw new FeatureGridException(
                        ErrorCode.TOO_LARGE,
                        "the spine has more than " + limits.spineBytes()
                                + " bytes (expected at most so many: ask for it in parts)");
            }
            if (batchesInFile == 0 && bytes <= limits.spineMemoryBytes()) {
                inMemory.add(batch);
                kept = true;
            } else {
                write(batch);
            }
        } finally {
            if (!kept) {
                batch.close();
            }
        }
    }

    /** Rows kept since the beginning. */
    long rows() {
        return rows;
    }

    /** The next batch in the order of {@link #add}, to be closed by the caller; null behind the last. */
    @Nullable
    ArrowRecordBatch take() {
        ArrowRecordBatch batch = inMemory.poll();
        if (batch != null) {
            return batch;
        }
        if (file == null || batchesInFile == 0) {
            return null;
        }
        batchesInFile--;
        try {
            if (reader == null) {
                file.position(0);
                reader = new ReadChannel(file);
            }
            return MessageSerializer.deserializeRecordBatch(reader, allocator);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void write(ArrowRecordBatch batch) {
        try {
            if (file == null) {
                file = FileChannel.open(
                        Files.createTempFile(folder, PREFIX, SUFFIX),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
            }
            if (writer == null) {
                writer = new WriteChannel(file);
            }
            MessageSerializer.serialize(writer, batch);
            batchesInFile++;
        } catch (IOException failure) {
            throw new FeatureGridException(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "the spine could not be kept on the node's disk (expected some room there, or a smaller spine)",
                    failure);
        }
    }

    @Override
    public void close() {
        for (ArrowRecordBatch batch = inMemory.poll(); batch != null; batch = inMemory.poll()) {
            batch.close();
        }
        FileChannel open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
