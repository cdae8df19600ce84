package io.featuregrid.gridnode.cluster;

import java.io.Serializable;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterTopologyException;
import org.apache.ignite.lang.IgniteRunnable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/** Something that every node hears before the teller goes on. A node that does not listen yet learns it from the caches when it starts to. */
final class Announcement implements IgniteRunnable {
    private static final long serialVersionUID = 1L;

    /** A node that does not answer is cut off by Ignite after some 10 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As many nodes may leave while one announcement is made. */
    private static final int ATTEMPTS = 10;

    private final String topic;
    private final Serializable message;

    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    private Announcement(String topic, Serializable message) {
        this.topic = topic;
        this.message = message;
    }

    /** Makes a node listen to a topic: the last listener of a topic counts. */
    static void listen(Ignite ignite, String topic, Consumer<Serializable> listener) {
        ignite.cluster().nodeLocalMap().put(topic, listener);
    }

    static void forget(Ignite ignite, String topic) {
        ignite.cluster().nodeLocalMap().remove(topic);
    }

    /**
     * Tells all nodes, this one too, and returns when each has heard it.
     *
     * @throws IgniteException if a node failed at it, or did not answer in time
     */
    static void tell(Ignite ignite, String topic, Serializable message) {
        IgniteException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                ignite.compute(ignite.cluster().forServers())
                        .withTimeout(PATIENCE.toMillis())
                        .withNoFailover()
                        .broadcast(new Announcement(topic, message));
                return;
            } catch (ClusterTopologyException left) {
                // Who left hears nothing; the others hear it again, which changes nothing.
                last = left;
            }
        }
        throw last == null ? new IgniteException("no attempt was made") : last;
    }

    @Override
    public void run() {
        Ignite node = ignite;
        if (node == null) {
            throw new IllegalStateException("the announcement was not given to a node (expected Ignite to run it)");
        }
        Consumer<Serializable> listener =
                node.cluster().<String, Consumer<Serializable>>nodeLocalMap().get(topic);
        if (listener != null) {
            listener.accept(message);
        }
    }
}
