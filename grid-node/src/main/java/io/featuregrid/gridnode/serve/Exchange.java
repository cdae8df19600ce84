package io.featuregrid.gridnode.serve;

import com.codahale.metrics.Counter;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Access;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.Caller;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One request from its head to its reply.
 *
 * <p>The head is judged first, so that most refusals never hold a body. A refused body is read to its end and thrown
 * away, in constant memory, before the reply is sent: a client that is still sending would otherwise see its connection
 * reset in place of the reason. A request takes its place among those in work when its body has arrived, and gives it
 * back before its reply is sent: neither a slow sender nor a slow reader holds one. Everything here runs on the
 * connection's event loop, except {@link #answer}, which runs on a virtual thread unless it is quick.
 */
final class Exchange implements Arrivals.Arrival {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** Bounds how long a slow sender keeps its place. */
    private static final long BODY_MILLIS = 60_000;

    private static final byte[] NOTHING = {};

    private static final String TRACE_ID = "trace_id";

    private final HttpServerRequest request;
    private final TraceContext trace;
    private final Vertx vertx;
    private final Context context;
    private final Shared shared;
    private final String path;
    private final long receivedNanos = System.nanoTime();
    private @Nullable Buffer body;
    private int held;
    private boolean gathered;
    private boolean rested;
    private @Nullable HttpReply refusal;
    private long timer = -1;
    private boolean reading = true;
    private boolean admitted;

    /** What all requests of a port share. */
    record Shared(
            Vertx vertx,
            Admission admission,
            Arrivals arrivals,
            Connections<HttpConnection> connections,
            Executor executor,
            int maxBodyBytes,
            Counter refused) {}

    Exchange(HttpServerRequest request, TraceContext trace, Shared shared) {
        this.request = request;
        this.path = Objects.requireNonNullElse(request.path(), "");
        this.trace = trace;
        this.shared = shared;
        this.vertx = shared.vertx();
        this.context = shared.vertx().getOrCreateContext();
        shared.connections().works(request.connection());
    }

    /** The path as it was sent, without the query. */
    String path() {
        return path;
    }

    /** Reads the body, hands the call to the route's handler and sends its reply, unless the caller may not make it. */
    void serve(Routes.Route route, Access access) {
        refusal = judgeHead(route.allowed(), access);
        if (refusal == null && hasBody() && !shared.arrivals().begin(this)) {
            refusal = refused(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "the node is receiving " + shared.arrivals().maxBodies() + " request bodies (try again)");
        }
        receive(route.handler());
    }

    /** Reads the body and throws it away, then sends the reply. */
    void reply(HttpReply reply) {
        refusal = reply;
        receive(call -> reply);
    }

    /** Sends the reply at once and closes the connection, whose next bytes nobody can tell the meaning of. */
    void replyAndClose(HttpReply reply) {
        finishReading();
        request.response().putHeader("connection", "close");
        // The library closes by itself only when the request has been read to its end.
        send(reply).onComplete(sent -> request.connection().close());
    }

    private @Nullable HttpReply judgeHead(Allowed allowed, Access access) {
        try {
            Caller.of(access, request.getHeader("authorization"))
                    .require(allowed, request.method().name() + " " + path);
        } catch (FeatureGridException stranger) {
            return Refusals.of(stranger, trace.traceId());
        }
        String origin = request.getHeader("origin");
        // Where tokens are asked for, a page of another site has none to send.
        if (!access.asks() && !Origins.isTrusted(origin)) {
            return Refusals.of(
                    403,
                    ErrorCode.INVALID_QUERY,
                    "the request comes from a page of " + origin + " (expected none, or one of this machine)",
                    trace.traceId());
        }
        String encoding = request.getHeader("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return refused(
                    ErrorCode.INVALID_QUERY,
                    "content-encoding is \"" + encoding + "\" (expected a body that is not compressed)");
        }
        return declaredBytes() > shared.maxBodyBytes() ? tooLarge(String.valueOf(declaredBytes())) : null;
    }

    private void receive(HttpHandler handler) {
        boolean awaitsWord = "100-continue".equalsIgnoreCase(request.getHeader("expect"));
        if (refusal != null && awaitsWord) {
            // The client may send the body all the same, or not.
            replyAndClose(refusal);
            return;
        }
        if (hasBody()) {
            timer = vertx.setTimer(BODY_MILLIS, expired -> giveUp());
        }
        request.exceptionHandler(failure -> abandon());
        request.handler(this::take);
        request.endHandler(end -> complete(handler));
        if (awaitsWord) {
            request.response().writeContinue();
        }
    }

    private void take(Buffer part) {
        if (refusal != null) {
            return;
        }
        if (held + (long) part.length() > shared.maxBodyBytes()) {
            refuse(tooLarge("more than " + shared.maxBodyBytes()));
        } else if (!shared.arrivals().hold(this, part.length())) {
            refuse(refused(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "the node holds " + shared.arrivals().maxBytes() + " bytes of request bodies (try again)"));
        } else {
            held += part.length();
            body = body == null ? part : append(body, part);
        }
    }

    /** Most bodies come in one piece, which need not be copied; others are gathered in a buffer of our own. */
    private Buffer append(Buffer before, Buffer part) {
        Buffer whole = gathered ? before : Buffer.buffer(held * 2).appendBuffer(before);
        gathered = true;
        return whole.appendBuffer(part);
    }

    /** Gives up everything held; what still arrives is thrown away. */
    private void refuse(HttpReply reply) {
        refusal = reply;
        release();
    }

    private void complete(HttpHandler handler) {
        if (!reading) {
            return;
        }
        finishReading();
        if (refusal != null) {
            send(refusal);
            return;
        }
        if (!shared.admission().enter()) {
            release();
            send(refused(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "the node has " + shared.admission().maxRequests()
                            + " requests in work (http.max-concurrent-requests; try again)"));
            return;
        }
        admitted = true;
        start(handler);
    }

    private void start(HttpHandler handler) {
        try {
            HttpCall call = new HttpCall(
                    new HttpCall.Head(
                            request.method().name(),
                            path,
                            parameters(),
                            request.getHeader("content-type"),
                            request.getHeader("accept")),
                    body == null ? NOTHING : body.getBytes(),
                    trace.traceId(),
                    receivedNanos);
            HttpReply quick = answer(handler::quickly, call);
            if (quick != null) {
                release();
                send(quick);
                return;
            }
            shared.executor().execute(() -> {
                HttpReply reply = Objects.requireNonNull(answer(handler::handle, call));
                context.runOnContext(nothing -> {
                    release();
                    send(reply);
                });
            });
        } catch (RejectedExecutionException closing) {
            release();
            send(Refusals.of(503, ErrorCode.RESOURCE_EXHAUSTED, "the node is stopping", trace.traceId()));
        } catch (FeatureGridException malformed) {
            release();
            send(Refusals.of(malformed, trace.traceId()));
        }
    }

    private @Nullable HttpReply answer(Function<HttpCall, @Nullable HttpReply> handler, HttpCall call) {
        MDC.put(TRACE_ID, trace.traceId());
        try {
            HttpReply reply = attempt(handler, call);
            if (reply != null) {
                LOG.debug("{} {} answered with {}", call.method(), call.path(), reply.status());
            }
            return reply;
        } finally {
            MDC.remove(TRACE_ID);
        }
    }

    private @Nullable HttpReply attempt(Function<HttpCall, @Nullable HttpReply> handler, HttpCall call) {
        try {
            return handler.apply(call);
        } catch (FeatureGridException refused) {
            if (refused.first().code().httpStatus() >= 500) {
                LOG.error("{} {} failed", call.method(), call.path(), refused);
            } else {
                LOG.info("{} {} refused: {}", call.method(), call.path(), refused.getMessage());
            }
            return Refusals.of(refused, trace.traceId());
        } catch (Throwable failure) {
            // Errors too: a caller that waits for ever tells nobody anything.
            LOG.error("{} {} failed", call.method(), call.path(), failure);
            return Refusals.internal(trace.traceId());
        }
    }

    private Map<String, String> parameters() {
        if (request.query() == null) {
            return Map.of();
        }
        try {
            MultiMap given = request.params();
            Map<String, String> parameters = new LinkedHashMap<>();
            given.forEach(parameter -> parameters.putIfAbsent(parameter.getKey(), parameter.getValue()));
            return parameters;
        } catch (IllegalArgumentException malformed) {
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED,
                    "the query is \"" + request.query() + "\" (expected name=value, percent-encoded)",
                    malformed);
        }
    }

    private void giveUp() {
        if (reading) {
            release();
            replyAndClose(refused(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "the body did not arrive within " + BODY_MILLIS / 1000 + " s (expected all of it)"));
        }
    }

    @Override
    public void giveWay() {
        context.runOnContext(nothing -> {
            if (reading) {
                release();
                replyAndClose(refused(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "the body came too slowly while others wait to send theirs (try again)"));
            }
        });
    }

    /** The client went away while it was sending. */
    private void abandon() {
        if (reading) {
            finishReading();
            release();
            rest();
        }
    }

    private void finishReading() {
        reading = false;
        shared.arrivals().end(this);
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
    }

    private void release() {
        if (admitted) {
            admitted = false;
            shared.admission().leave();
        }
        if (held > 0) {
            shared.arrivals().drop(held);
            held = 0;
        }
        body = null;
    }

    private Future<Void> send(HttpReply reply) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            rest();
            return Future.succeededFuture();
        }
        int bytes = reply.body().length;
        if (!shared.admission().holdReply(bytes)) {
            return send(refused(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "the node holds " + shared.admission().maxReplyBytes()
                            + " bytes of replies that their readers do not take (try again)"));
        }
        if (reply.status() == ErrorCode.RESOURCE_EXHAUSTED.httpStatus()) {
            shared.refused().inc();
        }
        reply.headers().forEach(response::putHeader);
        response.putHeader("x-chalk-trace-id", trace.traceId());
        response.putHeader("traceparent", trace.traceparent());
        return response.setStatusCode(reply.status())
                .end(Buffer.buffer(reply.body()))
                .onComplete(sent -> {
                    shared.admission().dropReply(bytes);
                    rest();
                });
    }

    private void rest() {
        if (!rested) {
            rested = true;
            shared.connections().rests(request.connection());
        }
    }

    private boolean hasBody() {
        return declaredBytes() > 0 || request.getHeader("transfer-encoding") != null;
    }

    /** The stated length of the body; 0 if none is stated. */
    private long declaredBytes() {
        String length = request.getHeader("content-length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException malformed) {
            return 0;
        }
    }

    private HttpReply tooLarge(String bytes) {
        return refused(
                ErrorCode.TOO_LARGE,
                "the body has " + bytes + " bytes (expected at most " + shared.maxBodyBytes()
                        + ", http.max-body-bytes)");
    }

    private HttpReply refused(ErrorCode code, String message) {
        return Refusals.of(code, message, trace.traceId());
    }
}
