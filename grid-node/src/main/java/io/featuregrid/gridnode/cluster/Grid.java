package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Guard;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.ignite.DataRegionMetrics;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.Ignition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of the grid in this process. Its rows and what the grid keeps of its own lie in one folder and are there again when it starts
 * from that. Safe for use by several threads.
 */
public final class Grid implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Grid.class);

    private final GridSettings settings;
    private final FolderLock lock;
    private final Ignite ignite;
    private final NodeIdentity identity;
    private final Ports ports;

    private volatile Membership membership = new Membership(-1, 0);

    private Grid(GridSettings settings, FolderLock lock, Ignite ignite, NodeIdentity identity, Ports ports) {
        this.settings = settings;
        this.lock = lock;
        this.ignite = ignite;
        this.identity = identity;
        this.ports = ports;
    }

    /** Starts a node on loopback that lets every thin client read; otherwise as {@link #start(GridSettings, Guard)}. */
    public static Grid start(GridSettings settings) {
        return start(settings, Guard.NONE);
    }

    /**
     * Starts the node: joins the grid of the peers that answer, or begins one; returns when rows can be read and written.
     *
     * @param guard whose thin clients may read, and the certificate by which nodes know each other
     * @throws IllegalArgumentException if others than this machine reach the node and its guard does not keep them out
     * @throws FeatureGridException CONFLICT if a port is taken, or the folder is that of a node that runs or of another grid;
     *     DEADLINE_EXCEEDED if other nodes that hold rows do not come; INTERNAL_SERVER_ERROR if the folder cannot be used
     */
    public static Grid start(GridSettings settings, Guard guard) {
        Path folder = settings.folder();
        String host = settings.addresses().host();
        try {
            guard.check(host, InetAddress.getByName(host).isLoopbackAddress());
            Files.createDirectories(folder);
            FolderLock lock = FolderLock.take(folder);
            try {
                return start(settings, guard, lock);
            } catch (IOException | RuntimeException failure) {
                lock.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "the grid's folder " + folder + " cannot be used: " + failure
                            + " (expected a folder that this user may write)",
                    failure);
        }
    }

    private static Grid start(GridSettings settings, Guard guard, FolderLock lock) throws IOException {
        NodeIdentity remembered = NodeIdentity.read(settings.folder());
        Ports ports = Ports.find(settings.addresses());
        remembered.write(settings.folder());
        Ignite ignite = ignite(settings, remembered, ports, guard);
        try {
            Baseline.activate(ignite, settings.activationWait());
            Baseline.join(ignite);
            NodeIdentity identity = new NodeIdentity(remembered.id(), NodeNumbers.claim(ignite, remembered));
            if (!identity.equals(remembered)) {
                identity.write(settings.folder());
            }
            LOG.info(
                    "node {} of a grid of {}; thin clients at {}:{}",
                    identity.number(),
                    ignite.cluster().forServers().nodes().size(),
                    settings.addresses().host(),
                    ports.thin());
            return new Grid(settings, lock, ignite, identity, ports);
        } catch (IOException | RuntimeException failure) {
            Ignition.stop(ignite.name(), true);
            throw failure;
        }
    }

    private static Ignite ignite(GridSettings settings, NodeIdentity identity, Ports ports, Guard guard) {
        try {
            return Ignition.start(GridConfiguration.of(settings, identity, ports, guard));
        } catch (IgniteException failure) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "the grid node of " + settings.folder() + " did not start: " + rootMessage(failure)
                            + " (expected a folder and ports that are this node's alone, and peers that are of its grid)",
                    failure);
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /**
     * Says which number the first node of a new grid is to have, before it starts: one above all that an earlier grid gave, so that none is
     * given again.
     *
     * @param folder of the settings; new
     * @param number 1 to 32767
     */
    public static void begin(Path folder, int number) throws IOException {
        Files.createDirectories(folder);
        new NodeIdentity(NodeIdentity.read(folder).id(), number).write(folder);
    }

    /** The numbers that were ever given, and the ids of the nodes that have them. */
    public Map<Integer, String> nodeNumbers() {
        return NodeNumbers.given(ignite);
    }

    /** Keeps numbers that an earlier grid gave from being given again. */
    public void keepNodeNumbers(Map<Integer, String> given) {
        NodeNumbers.keep(ignite, given);
    }

    /** What other packages of this module build on. */
    public Ignite ignite() {
        return ignite;
    }

    public GridSettings settings() {
        return settings;
    }

    /** The number that the grid gave this node, 1 to 32767: its own for ever, and no other's. */
    public int nodeNumber() {
        return identity.number();
    }

    /** Where thin clients read, {@code host:port}. */
    public String thinAddress() {
        return settings.addresses().host() + ":" + ports.thin();
    }

    /** What other nodes name as their peer, {@code host:port}. */
    public String discoveryAddress() {
        return settings.addresses().host() + ":" + ports.discovery();
    }

    /** How many nodes are there now. */
    public int nodes() {
        return ignite.cluster().forServers().nodes().size();
    }

    /** Whether no other node is there, so that every row is in this process. Cheap enough to be asked for each request. */
    public boolean alone() {
        long version = ignite.cluster().topologyVersion();
        Membership known = membership;
        if (known.version() != version) {
            known = new Membership(version, nodes());
            membership = known;
        }
        return known.nodes() == 1;
    }

    /** How many nodes there were at a version of the topology. */
    private record Membership(long version, int nodes) {}

    /** Partitions, over all caches, of which no copy is left on a node that is there; 0 unless more nodes are lost than there are backups. */
    public int partitionsLost() {
        int lost = 0;
        for (String cache : ignite.cacheNames()) {
            lost += ignite.cache(cache).lostPartitions().size();
        }
        return lost;
    }

    /** Bytes of memory outside the heap that rows take on this node: pages in use, with the room that is free inside them. */
    // What is to replace it has no public way to be read from inside the process.
    @SuppressWarnings("deprecation")
    public long memoryBytes() {
        DataRegionMetrics rows = ignite.dataRegionMetrics(GridConfiguration.ROWS);
        return rows == null ? 0 : rows.getTotalUsedPages() * rows.getPageSize();
    }

    /** Stops the node, once what it does is done; its rows stay in the folder. */
    @Override
    public void close() {
        Ignition.stop(ignite.name(), false);
        try {
            lock.close();
        } catch (IOException failure) {
            LOG.warn("the lock of {} cannot be given back before the process ends", settings.folder(), failure);
        }
    }
}
