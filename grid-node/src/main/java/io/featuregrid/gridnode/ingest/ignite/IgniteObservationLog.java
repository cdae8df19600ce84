package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.cluster.Grid;
import io.featuregrid.gridnode.ingest.LogGrid;
import io.featuregrid.gridnode.ingest.LogMessageCodec;
import io.featuregrid.gridnode.ingest.LogPorts;
import io.featuregrid.gridnode.ingest.LogReply;
import io.featuregrid.gridnode.ingest.LogRequest;
import io.featuregrid.gridnode.ingest.LogSettings;
import io.featuregrid.gridnode.ingest.ObservationLogNode;
import io.featuregrid.gridnode.store.ignite.IgniteStoreSettings;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationDrain;
import io.featuregrid.planner.execute.ObservationLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.ignite.Ignite;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The observation log of one node of an Ignite grid, with the thread that drains it. Safe for use by several threads.
 *
 * <p>Closing it drains nothing: what is in the log is there at the next start. It must be closed before Ignite is.
 */
public final class IgniteObservationLog implements ObservationLog, ObservationDrain, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(IgniteObservationLog.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final long STOP_LIMIT_SECONDS = 10;

    private final Ignite ignite;
    private final BufferAllocator allocator = new RootAllocator();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ObservationLogNode node;
    private final Thread tender;
    private long swept;
    private long sweptAtTopology = -1;

    private IgniteObservationLog(
            Ignite ignite, LogPorts ports, LogSettings settings, IgnitePartitions partitions, LogCaches caches) {
        this.ignite = ignite;
        LogGrid grid = new LogGrid(
                new IgniteLogStore(caches.log()),
                new IgniteUploadRecords(caches.uploads()),
                new IgniteSegmentRecords(caches.segments()),
                partitions,
                new IgniteLogMessages(ignite, this::handle, executor),
                this::pause);
        this.node = new ObservationLogNode(grid, ports, settings, allocator);
        this.tender = Thread.ofPlatform().name("featuregrid-log").daemon().unstarted(this::tend);
    }

    /**
     * Takes part in the log of a node's grid, as the method below.
     *
     * @param grid stays the caller's
     */
    public static IgniteObservationLog start(Grid grid, LogPorts ports, LogSettings settings) {
        return start(
                grid.ignite(),
                ports,
                settings,
                IgniteStoreSettings.DEFAULTS.partitions(),
                grid.settings().backups());
    }

    /**
     * Takes part in the grid's log. What this node owns of it and is not known to be merged is merged before this returns.
     *
     * @param ignite active; stays the caller's
     * @param partitions of the affinity function that the sets' caches have
     * @param backups as the sets' caches have
     */
    public static IgniteObservationLog start(
            Ignite ignite, LogPorts ports, LogSettings settings, int partitions, int backups) {
        LogCaches caches = new LogCaches(ignite, partitions, backups);
        IgniteObservationLog log =
                new IgniteObservationLog(ignite, ports, settings, new IgnitePartitions(ignite, partitions), caches);
        UnaryOperator<byte[]> handler =
                request -> LogMessageCodec.encode(log.handle(LogMessageCodec.decodeRequest(request)));
        ignite.cluster().<String, UnaryOperator<byte[]>>nodeLocalMap().put(LogCall.HANDLER, handler);
        try {
            log.node.recover();
        } catch (RuntimeException failure) {
            log.close();
            throw failure;
        }
        log.tender.start();
        return log;
    }

    @Override
    public Receipt append(Upload upload) {
        return node.append(upload);
    }

    @Override
    public void drain(List<FeatureSet> sets, Duration limit) {
        node.drain(sets, limit);
    }

    @Override
    public long undrained(List<FeatureSet> sets) {
        return node.undrained(sets);
    }

    @Override
    public void close() {
        ignite.cluster().<String, UnaryOperator<byte[]>>nodeLocalMap().remove(LogCall.HANDLER);
        closed.countDown();
        executor.shutdown();
        try {
            if (tender.isAlive()) {
                tender.join(Duration.ofSeconds(STOP_LIMIT_SECONDS));
            }
            if (!executor.awaitTermination(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.warn("a drain goes on although the log was closed; it ends by itself");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        allocator.close();
    }

    private LogReply handle(LogRequest request) {
        return node.handle(request);
    }

    private void tend() {
        while (true) {
            try {
                node.tend();
                sweepIfDue();
                if (closed.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException interrupted) {
                return;
            } catch (RuntimeException failure) {
                if (closed.getCount() == 0) {
                    return;
                }
                LOGGER.warn("the observation log could not be tended; it is tried again", failure);
                pauseQuietly();
            }
        }
    }

    /** At the start, when nodes came or went, and every minute. */
    private void sweepIfDue() {
        long topology = ignite.cluster().topologyVersion();
        if (topology != sweptAtTopology || System.nanoTime() - swept > SWEEP.toNanos()) {
            node.sweep();
            sweptAtTopology = topology;
            swept = System.nanoTime();
        }
    }

    private void pauseQuietly() {
        try {
            pause(TICK);
        } catch (FeatureGridException stopping) {
            LOGGER.debug("the log was closed while it waited", stopping);
        }
    }

    private void pause(Duration length) {
        @Nullable InterruptedException interruption = null;
        try {
            if (!closed.await(length.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            interruption = interrupted;
        }
        throw new FeatureGridException(ErrorCode.CANCELLED, "the node is stopping", interruption);
    }
}
