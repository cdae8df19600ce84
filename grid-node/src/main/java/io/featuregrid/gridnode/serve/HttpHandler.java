package io.featuregrid.gridnode.serve;

import org.jspecify.annotations.Nullable;

/**
 * Answers calls. It runs on a virtual thread and may block; several calls run at once.
 *
 * <p>What it throws becomes the reply: a {@link io.featuregrid.planner.error.FeatureGridException} the refusal of its
 * code, anything else INTERNAL_SERVER_ERROR, with the cause in the log only.
 */
@FunctionalInterface
public interface HttpHandler {
    HttpReply handle(HttpCall call);

    /**
     * Answers on the connection's event loop instead, or returns null: only if the handler waits for nothing and needs less than a
     * millisecond, since other connections wait meanwhile. It saves two changes of thread. A call that got null is handled from its start.
     */
    default @Nullable HttpReply quickly(HttpCall call) {
        return null;
    }

    /** A handler that takes calls of one method, written in capitals; any other call is answered with status 405. */
    static HttpHandler of(String method, HttpHandler handler) {
        return call -> call.method().equals(method) ? handler.handle(call) : Refusals.wrongMethod(call, method);
    }
}
