package io.featuregrid.gridnode.store.ignite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.failure.NoOpFailureHandler;
import org.apache.ignite.logger.NullLogger;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;

/** Server nodes of one grid in this process, which know only each other, over a folder that goes with them. */
public final class TestGrid implements AutoCloseable {
    private final boolean persistent;
    private final Path folder;
    private final boolean ownsFolder;
    private final TcpDiscoveryVmIpFinder addresses = new TcpDiscoveryVmIpFinder(true);
    private final List<Ignite> nodes = new ArrayList<>();
    private final String name = "test-" + UUID.randomUUID();

    private TestGrid(boolean persistent, Path folder, boolean ownsFolder) {
        this.persistent = persistent;
        this.folder = folder;
        this.ownsFolder = ownsFolder;
    }

    /** An active grid of so many nodes that forgets everything at its end. */
    public static TestGrid inMemory(int nodes) {
        return new TestGrid(false, temporaryFolder(), true).start(nodes);
    }

    /** An active grid over a folder, which stays. */
    public static TestGrid persistent(int nodes, Path folder) {
        return new TestGrid(true, folder, false).start(nodes);
    }

    public Ignite node(int index) {
        return nodes.get(index);
    }

    /** One node more. */
    public Ignite join() {
        Ignite node = Ignition.start(configuration(nodes.size()));
        nodes.add(node);
        return node;
    }

    @Override
    public void close() {
        nodes.reversed().forEach(node -> Ignition.stop(node.name(), true));
        if (ownsFolder) {
            delete(folder);
        }
    }

    private TestGrid start(int count) {
        try {
            for (int index = 0; index < count; index++) {
                join();
            }
            node(0).cluster().state(ClusterState.ACTIVE);
            return this;
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private IgniteConfiguration configuration(int index) {
        DataRegionConfiguration region = new DataRegionConfiguration()
                .setName("rows")
                .setPersistenceEnabled(persistent)
                .setInitialSize(32L << 20)
                .setMaxSize(256L << 20);
        DataStorageConfiguration storage = new DataStorageConfiguration()
                .setDefaultDataRegionConfiguration(region)
                .setWalMode(WALMode.LOG_ONLY);
        return new IgniteConfiguration()
                .setIgniteInstanceName(name + "-" + index)
                .setConsistentId("node-" + index)
                .setWorkDirectory(folder.resolve("node-" + index).toString())
                .setDataStorageConfiguration(storage)
                .setDiscoverySpi(new TcpDiscoverySpi()
                        .setLocalAddress("127.0.0.1")
                        .setLocalPort(freePort())
                        .setIpFinder(addresses))
                .setCommunicationSpi(
                        new TcpCommunicationSpi().setLocalAddress("127.0.0.1").setLocalPort(freePort()))
                .setConnectorConfiguration(null)
                .setClientConnectorConfiguration(null)
                .setMetricsLogFrequency(0)
                .setFailureHandler(new NoOpFailureHandler())
                .setGridLogger(new NullLogger());
    }

    /** Ignite takes no port 0; from this one on it looks for one that is still free. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("featuregrid-grid");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
