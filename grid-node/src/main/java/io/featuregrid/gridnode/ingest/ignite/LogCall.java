package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.LogMessageCodec;
import io.featuregrid.gridnode.ingest.LogReply;
import java.util.function.UnaryOperator;
import org.apache.ignite.Ignite;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/** A request on its way to the log of another node. */
final class LogCall implements IgniteCallable<byte[]> {
    /** Under this name a node's log stands in the node's local map. */
    static final String HANDLER = "featuregrid.log";

    private static final long serialVersionUID = 1L;

    private final byte[] request;

    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    LogCall(byte[] request) {
        this.request = request;
    }

    @Override
    public byte[] call() {
        UnaryOperator<byte[]> handler = ignite == null
                ? null
                : ignite.cluster().<String, UnaryOperator<byte[]>>nodeLocalMap().get(HANDLER);
        // A node that is just starting or stopping: asked again a moment later it may be another's turn.
        return handler == null ? LogMessageCodec.encode(new LogReply.NotInCharge()) : handler.apply(request);
    }
}
