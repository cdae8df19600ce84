package io.featuregrid.flightserver.request;

import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Access;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.Caller;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.RequestContext;
import org.apache.arrow.flight.grpc.ServerInterceptorAdapter;
import org.apache.arrow.flight.grpc.StatusUtils;

/** Who makes a call, by the token in its header {@code authorization}. */
public final class CallAccess implements FlightServerMiddleware {
    /** Under this a call's caller is found in its context. */
    public static final Key<CallAccess> KEY = Key.of("featuregrid.access");

    private static final String AUTHORIZATION = "authorization";

    private final Caller caller;

    private CallAccess(Caller caller) {
        this.caller = caller;
    }

    /** Looks at the header of each call. */
    public static Factory<CallAccess> factory(Access access) {
        return (CallInfo info, CallHeaders headers, RequestContext context) -> new CallAccess(
                Caller.of(access, headers.containsKey(AUTHORIZATION) ? headers.get(AUTHORIZATION) : null));
    }

    /** The access of a call; to be asked for in the thread that the call comes in, since no other knows it. */
    public static CallAccess of(FlightProducer.CallContext context) {
        return context.getMiddleware(KEY);
    }

    /**
     * Lets the call go on, in any thread.
     *
     * @param operation what is asked for, in words that follow "for"
     * @throws FeatureGridException UNAUTHENTICATED or UNAUTHORIZED
     */
    public void require(Allowed allowed, String operation) {
        caller.require(allowed, operation);
    }

    /** Refuses calls without a token that counts before anything of them is read; to be served behind the middleware. */
    public static ServerInterceptor door() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                try {
                    current().require(Allowed.ANY_ROLE, "a call");
                } catch (FeatureGridException stranger) {
                    refuse(call, stranger);
                    return new ServerCall.Listener<>() {};
                }
                return next.startCall(call, headers);
            }
        };
    }

    private static Caller current() {
        return ServerInterceptorAdapter.SERVER_MIDDLEWARE_KEY.get().get(KEY) instanceof CallAccess access
                ? access.caller
                : new Caller(java.util.Set.of(), false);
    }

    private static void refuse(ServerCall<?, ?> call, FeatureGridException why) {
        Throwable refusal = StatusUtils.toGrpcException(Refusal.of(why, CallTrace.current()));
        if (refusal instanceof StatusRuntimeException status && status.getTrailers() != null) {
            call.close(status.getStatus(), status.getTrailers());
        } else {
            call.close(Status.UNAUTHENTICATED, new Metadata());
        }
    }

    @Override
    public void onBeforeSendingHeaders(CallHeaders headers) {}

    @Override
    public void onCallCompleted(CallStatus status) {}

    @Override
    public void onCallErrored(Throwable failure) {}
}
