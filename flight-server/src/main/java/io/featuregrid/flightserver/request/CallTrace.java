package io.featuregrid.flightserver.request;

import java.util.HexFormat;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.RequestContext;
import org.apache.arrow.flight.grpc.ServerInterceptorAdapter;
import org.jspecify.annotations.Nullable;

/** The trace that a call belongs to (W3C traceparent): the caller's, or a new one; sent back in the headers of the answer. */
public final class CallTrace implements FlightServerMiddleware {
    /** Under this a call's trace is found in its context. */
    public static final Key<CallTrace> KEY = Key.of("featuregrid.trace");

    private static final String TRACE_PARENT = "traceparent";
    private static final Pattern FORM =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?");

    private final String traceId;
    private final String spanId;
    private final String flags;

    private CallTrace(String traceId, String spanId, String flags) {
        this.traceId = traceId;
        this.spanId = spanId;
        this.flags = flags;
    }

    /**
     * Begins a trace for each call.
     *
     * @param random 64 random bits a call; from it come the ids
     */
    public static Factory<CallTrace> factory(LongSupplier random) {
        return (CallInfo info, CallHeaders headers, RequestContext context) ->
                begin(headers.containsKey(TRACE_PARENT) ? headers.get(TRACE_PARENT) : null, random);
    }

    /** The id of the trace of a call, 32 hexadecimal digits. */
    public static String idOf(FlightProducer.CallContext context) {
        return context.getMiddleware(KEY).traceId;
    }

    /** The trace of the call whose gRPC context is current, 32 hexadecimal digits. */
    static String current() {
        FlightServerMiddleware trace =
                ServerInterceptorAdapter.SERVER_MIDDLEWARE_KEY.get().get(KEY);
        return trace instanceof CallTrace call ? call.traceId : "";
    }

    private static CallTrace begin(@Nullable String parent, LongSupplier random) {
        String spanId = hex(random);
        if (parent != null) {
            Matcher matcher = FORM.matcher(parent.strip().toLowerCase(Locale.ROOT));
            if (matcher.matches()) {
                return new CallTrace(matcher.group(1), spanId, matcher.group(2));
            }
        }
        return new CallTrace(hex(random) + hex(random), spanId, "00");
    }

    /** 16 digits, not all of them 0, which would say that there is no id. */
    private static String hex(LongSupplier random) {
        long bits = random.getAsLong();
        return HexFormat.of().toHexDigits(bits == 0 ? 1 : bits);
    }

    @Override
    public void onBeforeSendingHeaders(CallHeaders headers) {
        headers.insert(TRACE_PARENT, "00-" + traceId + "-" + spanId + "-" + flags);
        headers.insert("x-chalk-trace-id", traceId);
    }

    @Override
    public void onCallCompleted(CallStatus status) {}

    @Override
    public void onCallErrored(Throwable failure) {}
}
