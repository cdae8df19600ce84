package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.LogMessageCodec;
import io.featuregrid.gridnode.ingest.LogMessages;
import io.featuregrid.gridnode.ingest.LogReply;
import io.featuregrid.gridnode.ingest.LogRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.cluster.ClusterTopologyException;
import org.apache.ignite.lang.IgniteFuture;

/** Requests as Ignite's compute jobs; those to this node stay in it. */
final class IgniteLogMessages implements LogMessages {
    private final Ignite ignite;
    private final String self;
    private final Function<LogRequest, LogReply> handler;
    private final Executor executor;

    /**
     * The messages of one node.
     *
     * @param handler answers requests to this node
     * @param executor runs those of them that may take longer than their limit
     */
    IgniteLogMessages(Ignite ignite, Function<LogRequest, LogReply> handler, Executor executor) {
        this.ignite = ignite;
        this.self = ignite.cluster().localNode().id().toString();
        this.handler = handler;
        this.executor = executor;
    }

    @Override
    public Map<String, LogReply> call(Map<String, LogRequest> requests, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        Map<String, LogReply> replies = new LinkedHashMap<>();
        Map<String, IgniteFuture<byte[]>> remote = new LinkedHashMap<>();
        requests.forEach((node, request) -> {
            if (!node.equals(self)) {
                ClusterNode target = ignite.cluster().node(UUID.fromString(node));
                if (target == null) {
                    replies.put(node, new LogReply.Gone());
                } else {
                    remote.put(node, send(target, request));
                }
            }
        });
        LogRequest own = requests.get(self);
        if (own != null) {
            replies.put(self, own instanceof LogRequest.Drain ? handleWithin(own, limit) : handler.apply(own));
        }
        remote.forEach((node, future) -> replies.put(node, await(future, end)));
        return replies;
    }

    private IgniteFuture<byte[]> send(ClusterNode target, LogRequest request) {
        // Without failover: whether another node may do it instead is for the log to say.
        return ignite.compute(ignite.cluster().forNode(target))
                .withNoFailover()
                .callAsync(new LogCall(LogMessageCodec.encode(request)));
    }

    private LogReply handleWithin(LogRequest request, Duration limit) {
        CompletableFuture<LogReply> reply = CompletableFuture.supplyAsync(() -> handler.apply(request), executor);
        try {
            return reply.get(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            return new LogReply.Failed("no answer within " + limit);
        } catch (ExecutionException failed) {
            return new LogReply.Failed(String.valueOf(failed.getCause()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new LogReply.Failed("the node is stopping");
        }
    }

    private static LogReply await(IgniteFuture<byte[]> future, long end) {
        try {
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
            return LogMessageCodec.decodeReply(future.get(millis));
        } catch (ClusterTopologyException left) {
            return new LogReply.Gone();
        } catch (IgniteException failed) {
            return causedByLeaving(failed)
                    ? new LogReply.Gone()
                    : new LogReply.Failed(String.valueOf(failed.getMessage()));
        }
    }

    private static boolean causedByLeaving(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClusterTopologyException) {
                return true;
            }
        }
        return false;
    }
}
