package io.featuregrid.gridnode.ingest.ignite;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.gridnode.ingest.LogPorts;
import io.featuregrid.gridnode.ingest.LogSettings;
import io.featuregrid.gridnode.ingest.RecordedHistory;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.MonotonicStamps;
import io.featuregrid.planner.execute.OnlineStore;
import java.nio.file.Path;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.logger.NullLogger;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.TcpDiscoveryIpFinder;

/** A persistent Ignite node of a test, and the log on it. */
final class IgniteNode implements AutoCloseable {
    static final int PARTITIONS = 128;

    private final Ignite ignite;
    private final IgniteObservationLog log;

    /** What nodes of one grid have in common. */
    record World(CatalogStore catalog, OnlineStore online, RecordedHistory history, LogSettings settings, int backups) {
        static CatalogStore fixed(Catalog catalog) {
            return new CatalogStore() {
                @Override
                public Catalog current() {
                    return catalog;
                }

                @Override
                public void replace(int base, Catalog next) {
                    throw new UnsupportedOperationException("definitions do not change here");
                }
            };
        }
    }

    /**
     * Starts a node.
     *
     * @param number of the node, also in its sequences
     */
    IgniteNode(Path folder, int number, TcpDiscoveryIpFinder finder, World world) {
        Path home = folder.resolve("node" + number).toAbsolutePath();
        DataStorageConfiguration storage = new DataStorageConfiguration();
        storage.setWalMode(WALMode.LOG_ONLY);
        storage.setWalSegmentSize(8 << 20);
        storage.getDefaultDataRegionConfiguration().setPersistenceEnabled(true).setMaxSize(128L << 20);
        IgniteConfiguration configuration = new IgniteConfiguration()
                .setIgniteInstanceName("log" + number + "-" + System.nanoTime())
                .setConsistentId("log" + number)
                .setWorkDirectory(home.toString())
                .setDataStorageConfiguration(storage)
                .setMetricsLogFrequency(0)
                .setGridLogger(new NullLogger())
                .setClientConnectorConfiguration(null)
                .setConnectorConfiguration(null)
                .setDiscoverySpi(
                        new TcpDiscoverySpi().setLocalAddress("127.0.0.1").setIpFinder(finder))
                .setCommunicationSpi(new TcpCommunicationSpi().setLocalAddress("127.0.0.1"));
        this.ignite = Ignition.start(configuration);
        ignite.cluster().state(ClusterState.ACTIVE);
        ignite.cluster().setBaselineTopology(ignite.cluster().topologyVersion());
        this.log = IgniteObservationLog.start(
                ignite,
                new LogPorts(
                        world.catalog(),
                        world.online(),
                        world.history(),
                        new MonotonicStamps(Clock.system(), number),
                        new MetricRegistry()),
                world.settings(),
                PARTITIONS,
                world.backups());
    }

    Ignite ignite() {
        return ignite;
    }

    IgniteObservationLog log() {
        return log;
    }

    /** Ends it with whatever is in the log. */
    @Override
    public void close() {
        log.close();
        Ignition.stop(ignite.name(), true);
    }
}
