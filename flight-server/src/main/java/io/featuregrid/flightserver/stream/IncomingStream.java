package io.featuregrid.flightserver.stream;

import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * The messages that a client sends, one after the other. For one thread, which calls {@link #release} when it is done; only {@link
 * #awaitReleased} is for others.
 *
 * <p>Flight frees the stream's buffers in a thread of its own when the client of an exchange goes away, whoever is reading them. So that
 * thread has to wait until this reader let go of them, and this reader's waits must end when the call is cancelled: it interrupts itself,
 * but only while it waits for a message, because an interrupt anywhere else would close files that other calls share.
 */
public final class IncomingStream {
    private final FlightStream stream;
    private final OngoingCall call;
    private final CountDownLatch released = new CountDownLatch(1);
    private final Object waiting = new Object();
    private @Nullable Thread waiter;
    private boolean ended;

    public IncomingStream(FlightStream stream, OngoingCall call) {
        this.stream = stream;
        this.call = call;
    }

    /** The descriptor; waits for the first message. */
    public FlightDescriptor descriptor() {
        return interruptibly(stream::getDescriptor);
    }

    /**
     * Goes to the next message: a batch, or metadata without one. What the earlier one held is gone then.
     *
     * @return false at the end, which the client has declared
     * @throws FeatureGridException CANCELLED if the client went away before the end, INVALID_QUERY if a message cannot be read
     */
    public boolean next() {
        return interruptibly(stream::next);
    }

    /**
     * Whether the client has sent a schema.
     *
     * @throws FeatureGridException the reason of the cancellation
     */
    public boolean hasSchema() {
        call.throwIfCancelled();
        return stream.hasRoot();
    }

    /** The rows of the current message, none if it holds only metadata; asked after {@link #hasSchema} said true. */
    public VectorSchemaRoot rows() {
        return stream.getRoot();
    }

    /** A copy of the current message's metadata; empty if it has none. */
    public byte[] metadata() {
        ArrowBuf buffer = stream.getLatestMetadata();
        if (buffer == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[Math.toIntExact(buffer.readableBytes())];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }

    /** The dictionaries as they are at the current message. */
    public DictionaryProvider dictionaries() {
        return stream.getDictionaryProvider();
    }

    /** Hands the dictionaries over, to be closed by the caller; once, after the last message. */
    public OwnedDictionaries takeDictionaries() {
        return new OwnedDictionaries(stream.takeDictionaryOwnership());
    }

    /** Dictionaries with their memory. */
    public record OwnedDictionaries(DictionaryProvider provider) implements AutoCloseable {
        @Override
        public void close() {
            List<FieldVector> vectors = new ArrayList<>();
            for (long id : provider.getDictionaryIds()) {
                vectors.add(provider.lookup(id).getVector());
            }
            vectors.forEach(FieldVector::close);
        }
    }

    /** Lets go of the stream: this reader does not touch it any more. */
    public void release() {
        released.countDown();
    }

    /** Waits until the reader let go of the stream, which it does soon after the call is cancelled. */
    public void awaitReleased() {
        boolean interrupted = false;
        while (true) {
            try {
                released.await();
                break;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("try") // the registration is only to be closed
    private <T> T interruptibly(Supplier<T> wait) {
        try (OngoingCall.Registration registration = call.onCancel(this::interruptWaiter)) {
            synchronized (waiting) {
                waiter = ended ? null : Thread.currentThread();
            }
            call.throwIfCancelled();
            return wait.get();
        } catch (FeatureGridException | OutOfMemoryException known) {
            throw known;
        } catch (FlightRuntimeException broken) {
            call.throwIfCancelled();
            throw new FeatureGridException(
                    ErrorCode.CANCELLED, "the client ended the call before the end of its stream", broken);
        } catch (RuntimeException unreadable) {
            call.throwIfCancelled();
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "a message of the stream cannot be read: " + unreadable.getMessage()
                            + " (expected Arrow batches of the stream's schema, not compressed)",
                    unreadable);
        } finally {
            synchronized (waiting) {
                waiter = null;
                if (ended) {
                    // The interrupt was for the wait, not for what the thread does next.
                    Thread.interrupted();
                }
            }
        }
    }

    private void interruptWaiter() {
        synchronized (waiting) {
            ended = true;
            if (waiter != null) {
                waiter.interrupt();
            }
        }
    }
}
