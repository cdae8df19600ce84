package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCluster;
import org.apache.ignite.cluster.BaselineNode;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.lang.IgnitePredicate;
import org.apache.ignite.lang.IgniteRunnable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that hold rows, as the grid remembers them also while they are away. A node that joins is added; none is taken out by itself,
 * because what it holds would be copied again, and what only it holds given up.
 */
final class Baseline {
    private static final Logger LOG = LoggerFactory.getLogger(Baseline.class);

    /** The oldest node changes the baseline; it may leave, and then the next is asked. */
    private static final int ATTEMPTS = 5;

    private static final Object CHANGE = new Object();

    private Baseline() {}

    /**
     * Returns when the grid works: at once if it does or is new, else when all nodes of its baseline are there. A part of them is not
     * let work alone: another part may hold newer rows.
     *
     * @throws FeatureGridException DEADLINE_EXCEEDED if nodes are missing for too long
     */
    static void activate(Ignite ignite, Duration wait) {
        CountDownLatch activated = new CountDownLatch(1);
        IgnitePredicate<Event> listener = event -> {
            activated.countDown();
            return false;
        };
        ignite.events().localListen(listener, EventType.EVT_CLUSTER_ACTIVATED);
        try {
            IgniteCluster cluster = ignite.cluster();
            if (cluster.state() == ClusterState.ACTIVE) {
                return;
            }
            if (cluster.currentBaselineTopology() == null) {
                cluster.state(ClusterState.ACTIVE);
                LOG.info(
                        "the grid is new; node {} is in its baseline",
                        ignite.cluster().localNode().consistentId());
                return;
            }
            if (!activated.await(wait.toMillis(), TimeUnit.MILLISECONDS) && cluster.state() != ClusterState.ACTIVE) {
                throw new FeatureGridException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "the grid's nodes " + absent(cluster) + " are missing after " + wait.toSeconds()
                                + " s (expected all nodes that hold rows: start them too, and check that each names"
                                + " another as a peer)");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FeatureGridException(
                    ErrorCode.CANCELLED, "the start was abandoned while it waited for other nodes", interrupted);
        } finally {
            ignite.events().stopLocalListen(listener, EventType.EVT_CLUSTER_ACTIVATED);
        }
    }

    /** Makes the node one that holds rows, if it is none yet. */
    static void join(Ignite ignite) {
        IgniteCluster cluster = ignite.cluster();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (known(cluster).contains(String.valueOf(cluster.localNode().consistentId()))) {
                return;
            }
            ignite.compute(cluster.forServers().forOldest()).run(new AddPresentNodes());
        }
        throw new FeatureGridException(
                ErrorCode.INTERNAL_SERVER_ERROR,
                "the node could not be added to the grid's baseline " + known(cluster)
                        + " (expected nodes that stay: start it again)");
    }

    private static Set<String> known(IgniteCluster cluster) {
        return ids(cluster.currentBaselineTopology());
    }

    private static Set<String> absent(IgniteCluster cluster) {
        Set<String> absent = known(cluster);
        absent.removeAll(ids(cluster.forServers().nodes()));
        return absent;
    }

    private static Set<String> ids(@Nullable Collection<? extends BaselineNode> nodes) {
        return nodes == null
                ? new TreeSet<>()
                : nodes.stream()
                        .map(node -> String.valueOf(node.consistentId()))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Runs on the oldest node only, one at a time: two nodes that join at once would else forget each other. */
    private static final class AddPresentNodes implements IgniteRunnable {
        private static final long serialVersionUID = 1L;

        @IgniteInstanceResource
        private transient @Nullable Ignite ignite;

        @Override
        public void run() {
            Ignite node = ignite;
            if (node == null) {
                throw new IllegalStateException("the job was not given to a node (expected Ignite to run it)");
            }
            IgniteCluster cluster = node.cluster();
            synchronized (CHANGE) {
                Set<String> known = known(cluster);
                List<BaselineNode> next = new ArrayList<>(cluster.currentBaselineTopology());
                cluster.forServers().nodes().stream()
                        .filter(present -> !known.contains(String.valueOf(present.consistentId())))
                        .forEach(next::add);
                if (next.size() > known.size()) {
                    LOG.info("the grid's baseline grows from {} to {}", known, ids(next));
                    cluster.setBaselineTopology(next);
                }
            }
        }
    }
}
