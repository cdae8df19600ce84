package io.featuregrid.flightserver.stream;

import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Sends rows in messages of a bounded size, no faster than the client reads them. For one thread, and not that of the call's own
 * callbacks: waiting there would keep the news that the client is ready from ever coming.
 */
final class AnswerWriter implements AutoCloseable {
    static final int MOST_ROWS = 65_536;
    static final long AIMED_BYTES = 4L << 20;
    static final long MOST_BYTES = 8L << 20;

    private final ServerStreamListener listener;
    private final OngoingCall call;
    private final Duration stall;
    private final BufferAllocator allocator;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable VectorSchemaRoot outgoing;

    /** Becomes the listener's handler of readiness. */
    AnswerWriter(ServerStreamListener listener, OngoingCall call, Duration stall, BufferAllocator allocator) {
        this.listener = listener;
        this.call = call;
        this.stall = stall;
        this.allocator = allocator;
        listener.setOnReadyHandler(this::signal);
    }

    /**
     * Sends the schema and the dictionaries.
     *
     * @param dictionaries those that the schema's fields name; may be closed after this
     */
    void start(Schema schema, DictionaryProvider dictionaries) {
        awaitReady();
        outgoing = VectorSchemaRoot.create(schema, allocator);
        listener.start(outgoing, dictionaries);
    }

    /** Sends the rows of a root of the answer's schema; the root stays the caller's and may be closed after this. */
    void write(VectorSchemaRoot rows) {
        int count = rows.getRowCount();
        if (count == 0) {
            return;
        }
        long bytesARow = Math.max(1, size(rows) / count);
        int step = Math.clamp(AIMED_BYTES / bytesARow, 1, MOST_ROWS);
        if (step >= count) {
            send(rows, null);
            return;
        }
        // Whole bytes of the bitmaps, so that slicing does not shift bits.
        step = step > 8 ? step & ~7 : step;
        for (int from = 0; from < count; from += step) {
            try (VectorSchemaRoot slice = RootSlices.run(rows, from, Math.min(step, count - from))) {
                writeHalved(slice);
            }
        }
    }

    /** Sends a message without rows that carries metadata. */
    void writeMetadata(byte[] metadata) {
        try (VectorSchemaRoot none = VectorSchemaRoot.create(started().getSchema(), allocator)) {
            none.setRowCount(0);
            send(none, metadata);
        }
    }

    @Override
    public void close() {
        if (outgoing != null) {
            outgoing.close();
        }
    }

    /** Halves what is too large because its rows differ in size, unless the halves share their memory and so weigh no less. */
    private void writeHalved(VectorSchemaRoot rows) {
        long size = size(rows);
        int count = rows.getRowCount();
        if (size <= MOST_BYTES || count == 1) {
            send(rows, null);
            return;
        }
        try (VectorSchemaRoot left = RootSlices.run(rows, 0, count / 2);
                VectorSchemaRoot right = RootSlices.run(rows, count / 2, count - count / 2)) {
            if (size(left) + size(right) > size + size / 2) {
                send(rows, null);
            } else {
                writeHalved(left);
                writeHalved(right);
            }
        }
    }

    private void send(VectorSchemaRoot rows, byte @Nullable [] metadata) {
        awaitReady();
        VectorSchemaRoot target = started();
        try (ArrowRecordBatch batch = new VectorUnloader(rows).getRecordBatch()) {
            new VectorLoader(target).load(batch);
            listener.putNext(metadata == null ? null : buffer(metadata));
        } finally {
            target.clear();
        }
    }

    private ArrowBuf buffer(byte[] bytes) {
        ArrowBuf buffer = allocator.buffer(bytes.length);
        buffer.writeBytes(bytes);
        return buffer;
    }

    private VectorSchemaRoot started() {
        if (outgoing == null) {
            throw new IllegalStateException("answer written before it was started");
        }
        return outgoing;
    }

    private static long size(VectorSchemaRoot root) {
        long size = 0;
        for (FieldVector vector : root.getFieldVectors()) {
            size += vector.getBufferSize();
        }
        return size;
    }

    @SuppressWarnings("try") // the registration is only to be closed
    private void awaitReady() {
        long remaining = stall.toNanos();
        try (OngoingCall.Registration registration = call.onCancel(this::signal)) {
            lock.lockInterruptibly();
            try {
                while (!listener.isReady()) {
                    call.throwIfCancelled();
                    if (listener.isCancelled()) {
                        throw new FeatureGridException(ErrorCode.CANCELLED, "the client ended the call");
                    }
                    if (remaining <= 0) {
                        throw new FeatureGridException(
                                ErrorCode.DEADLINE_EXCEEDED,
                                "the client read nothing of the answer for " + stall.toSeconds()
                                        + " s (expected it to read on)");
                    }
                    remaining = changed.awaitNanos(remaining);
                }
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FeatureGridException(ErrorCode.CANCELLED, "the node stops", interrupted);
        }
        call.throwIfCancelled();
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
