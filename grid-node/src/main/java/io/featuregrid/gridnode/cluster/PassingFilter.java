package io.featuregrid.gridnode.cluster;

import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.IgniteInternalFuture;
import org.apache.ignite.internal.util.nio.GridNioFilterAdapter;
import org.apache.ignite.internal.util.nio.GridNioSession;
import org.apache.ignite.lang.IgniteInClosure;
import org.jspecify.annotations.Nullable;

/** A part of the chain that connections of thin clients go through, which hands on everything but what comes in. */
abstract class PassingFilter extends GridNioFilterAdapter {
    PassingFilter(String name) {
        super(name);
    }

    @Override
    public void onSessionOpened(GridNioSession session) throws IgniteCheckedException {
        proceedSessionOpened(session);
    }

    @Override
    public void onSessionClosed(GridNioSession session) throws IgniteCheckedException {
        proceedSessionClosed(session);
    }

    @Override
    public void onExceptionCaught(GridNioSession session, IgniteCheckedException failure)
            throws IgniteCheckedException {
        proceedExceptionCaught(session, failure);
    }

    @Override
    public IgniteInternalFuture<?> onSessionWrite(
            GridNioSession session,
            Object message,
            boolean future,
            @Nullable IgniteInClosure<IgniteException> acknowledged)
            throws IgniteCheckedException {
        return proceedSessionWrite(session, message, future, acknowledged);
    }

    @Override
    public IgniteInternalFuture<Boolean> onSessionClose(GridNioSession session) throws IgniteCheckedException {
        return proceedSessionClose(session);
    }

    @Override
    public void onSessionIdleTimeout(GridNioSession session) throws IgniteCheckedException {
        proceedSessionIdleTimeout(session);
    }

    @Override
    public void onSessionWriteTimeout(GridNioSession session) throws IgniteCheckedException {
        proceedSessionWriteTimeout(session);
    }
}
