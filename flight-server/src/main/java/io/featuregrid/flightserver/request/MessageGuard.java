package io.featuregrid.flightserver.request;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.flight.grpc.StatusUtils;
import org.apache.arrow.memory.OutOfMemoryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers messages that cannot be taken with a refusal of ours: those that are too large, and those that Flight cannot read, such as a
 * schema with a type that Arrow for Java does not have. gRPC would end the call without a word on why. To the call's own code it is as if
 * the client went away.
 *
 * <p>A message that cannot be taken goes the way of all messages, from the marshaller to the listener, since only that may close the call.
 */
public final class MessageGuard implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(MessageGuard.class);

    /** Stands in for a message. */
    private record Untaken(RuntimeException why) {}

    /** The service with a bound on its incoming messages; to be served behind this interceptor. */
    public static ServerServiceDefinition limit(ServerServiceDefinition service, int maxMessageBytes) {
        ServerServiceDefinition.Builder limited =
                ServerServiceDefinition.builder(service.getServiceDescriptor().getName());
        service.getMethods().forEach(method -> limited.addMethod(limit(method, maxMessageBytes)));
        return limited.build();
    }

    private static <Q, A> ServerMethodDefinition<Q, A> limit(ServerMethodDefinition<Q, A> method, int maxMessageBytes) {
        MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
        // Only the methods that a client streams to take Arrow messages.
        boolean arrow = !descriptor.getType().clientSendsOneMessage();
        return ServerMethodDefinition.create(
                descriptor.toBuilder(
                                new LimitedMarshaller<>(descriptor.getRequestMarshaller(), maxMessageBytes, arrow),
                                descriptor.getResponseMarshaller())
                        .build(),
                method.getServerCallHandler());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        ClosedOnce<Q, A> once = new ClosedOnce<>(call);
        return new Guard<>(next.startCall(once, headers), once, CallTrace.current());
    }

    private record LimitedMarshaller<Q>(Marshaller<Q> marshaller, int maxMessageBytes, boolean arrow)
            implements Marshaller<Q> {
        @Override
        public InputStream stream(Q message) {
            return marshaller.stream(message);
        }

        @Override
        public Q parse(InputStream stream) {
            try {
                int size = stream.available();
                if (size > maxMessageBytes) {
                    return untaken(new FeatureGridException(
                            ErrorCode.TOO_LARGE,
                            "a message has " + size + " bytes (expected at most " + maxMessageBytes
                                    + ": send the rows in smaller batches, in pyarrow with"
                                    + " write_table(table, max_chunksize=65536))"));
                }
                if (arrow && DictionaryDelta.is(stream)) {
                    return untaken(new FeatureGridException(
                            ErrorCode.INVALID_QUERY,
                            "a message adds to a dictionary (expected whole dictionaries: in pyarrow"
                                    + " IpcWriteOptions(emit_dictionary_deltas=False))"));
                }
                return marshaller.parse(stream);
            } catch (IOException | RuntimeException failure) {
                return untaken(unreadable(failure));
            }
        }

        /** Not a Q at all, which nobody but the guard gets to see. */
        @SuppressWarnings("unchecked")
        private Q untaken(RuntimeException why) {
            return (Q) new Untaken(why);
        }
    }

    private static RuntimeException unreadable(Exception failure) {
        return failure instanceof OutOfMemoryException exhausted
                ? exhausted
                : new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "a message cannot be read: " + failure.getMessage()
                                + " (expected one of Arrow Flight, with types that Arrow for Java has)",
                        failure);
    }

    /** The call's code does not know that the call is closed, and may close it again. */
    private static final class ClosedOnce<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final AtomicBoolean closed = new AtomicBoolean();

        ClosedOnce(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (closed.compareAndSet(false, true)) {
                super.close(status, trailers);
            }
        }
    }

    /** Hands on what the call gets to know, until a message could not be taken. */
    private static final class Guard<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private final String traceId;
        private boolean ended;

        Guard(ServerCall.Listener<Q> listener, ServerCall<Q, ?> call, String traceId) {
            super(listener);
            this.call = call;
            this.traceId = traceId;
        }

        @Override
        public void onMessage(Q message) {
            Object received = message;
            if (ended) {
                drop(received);
                return;
            }
            if (received instanceof Untaken untaken) {
                end(untaken.why());
                return;
            }
            try {
                super.onMessage(message);
            } catch (RuntimeException failure) {
                drop(received);
                end(unreadable(failure));
            }
        }

        /** Gives the buffers of a message back that nobody else will. */
        private static void drop(Object message) {
            if (message instanceof AutoCloseable buffers) {
                try {
                    buffers.close();
                } catch (Exception alreadyClosed) {
                    LOG.debug("message dropped twice", alreadyClosed);
                }
            }
        }

        private void end(RuntimeException why) {
            ended = true;
            Throwable refusal = StatusUtils.toGrpcException(Refusal.of(why, traceId));
            if (refusal instanceof StatusRuntimeException status && status.getTrailers() != null) {
                call.close(status.getStatus(), status.getTrailers());
            } else {
                call.close(Status.INTERNAL, new Metadata());
            }
            super.onCancel();
        }

        @Override
        public void onHalfClose() {
            if (!ended) {
                super.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            if (!ended) {
                super.onCancel();
            }
        }

        @Override
        public void onComplete() {
            if (!ended) {
                super.onComplete();
            }
        }

        @Override
        public void onReady() {
            if (!ended) {
                super.onReady();
            }
        }
    }
}
