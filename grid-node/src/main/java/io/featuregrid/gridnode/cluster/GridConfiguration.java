package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.execute.Guard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.ClientConnectorConfiguration;
import org.apache.ignite.configuration.DataPageEvictionMode;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.ThinClientConfiguration;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.events.EventType;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;

/** Ignite's configuration of a node: everything below one folder, one address, and little when there is little to do. */
final class GridConfiguration {
    /** The name of the memory region that holds all rows. */
    static final String ROWS = "rows";

    private static final int WAL_SEGMENT_BYTES = 16 << 20;
    private static final int WAL_SEGMENTS = 4;
    private static final long WAL_BYTES = 512L << 20;
    private static final long MIN_REGION_BYTES = 16L << 20;
    private static final long MAX_CHECKPOINT_BUFFER_BYTES = 256L << 20;
    /** Few entries: more partitions would only be more files. */
    private static final int SYSTEM_PARTITIONS = 8;
    /** Below this many threads, Ignite's own tasks can wait for each other. */
    private static final int MIN_SYSTEM_THREADS = 4;

    private GridConfiguration() {}

    static IgniteConfiguration of(GridSettings settings, NodeIdentity identity, Ports ports, Guard guard) {
        Path folder = settings.folder();
        int threads = Math.max(MIN_SYSTEM_THREADS, 2 * Runtime.getRuntime().availableProcessors());
        ClientConnectorConfiguration thin = thinClients(settings.addresses(), ports, threads);
        IgniteConfiguration configuration = new IgniteConfiguration()
                .setIgniteInstanceName("featuregrid-" + identity.id())
                .setConsistentId(identity.id())
                .setWorkDirectory(folder.resolve("work").toString())
                .setSnapshotPath(folder.resolve("snapshots").toString())
                .setLocalHost(settings.addresses().host())
                .setGridLogger(new GridLog("org.apache.ignite"))
                .setMetricsLogFrequency(0)
                .setPeerClassLoadingEnabled(false)
                // The binary protocol of Ignite's administrators: nobody needs it, and it would be a second door.
                .setConnectorConfiguration(null)
                .setClientConnectorConfiguration(thin)
                .setPluginProviders(new ReaderSecurity(guard.access()))
                .setIncludeEventTypes(EventType.EVT_CLUSTER_ACTIVATED)
                .setDiscoverySpi(discovery(settings.addresses(), ports))
                .setCommunicationSpi(communication(settings.addresses(), ports))
                .setDataStorageConfiguration(storage(settings));
        guard.tls().ifPresent(tls -> GridTls.use(tls, configuration, thin));
        return configuration
                .setPublicThreadPoolSize(threads)
                .setSystemThreadPoolSize(threads)
                .setStripedPoolSize(threads)
                .setAsyncCallbackPoolSize(threads)
                .setManagementThreadPoolSize(2)
                .setServiceThreadPoolSize(1)
                .setPeerClassLoadingThreadPoolSize(1)
                .setQueryThreadPoolSize(2)
                .setRebalanceThreadPoolSize(2)
                .setDataStreamerThreadPoolSize(threads);
    }

    /**
     * A cache for what the grid keeps of its own: on every node, and there when a write returns. They share no group: in one, a write to
     * a cache beside another that is watched locally ends the node (CacheContinuousQueryHandler of Ignite 2.18).
     *
     * @param name with two underscores in front, so that no reader reaches it
     */
    static <K, V> CacheConfiguration<K, V> systemCache(String name) {
        return new CacheConfiguration<K, V>(name)
                .setCacheMode(CacheMode.REPLICATED)
                .setAtomicityMode(CacheAtomicityMode.ATOMIC)
                .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
                .setAffinity(new RendezvousAffinityFunction(false, SYSTEM_PARTITIONS));
    }

    private static ClientConnectorConfiguration thinClients(GridAddresses addresses, Ports ports, int threads) {
        return new ClientConnectorConfiguration()
                .setHost(addresses.host())
                .setPort(ports.thin())
                .setPortRange(0)
                .setJdbcEnabled(false)
                .setOdbcEnabled(false)
                .setThinClientEnabled(true)
                .setThreadPoolSize(threads)
                .setThinClientConfiguration(new ThinClientConfiguration()
                        .setMaxActiveTxPerConnection(0)
                        .setMaxActiveComputeTasksPerConnection(0));
    }

    private static TcpDiscoverySpi discovery(GridAddresses addresses, Ports ports) {
        List<String> known = new ArrayList<>();
        known.add(addresses.host() + ":" + ports.discovery());
        known.addAll(addresses.peers());
        TcpDiscoverySpi discovery = new TcpDiscoverySpi();
        discovery.setLocalPort(ports.discovery());
        discovery.setLocalPortRange(0);
        discovery.setIpFinder(new TcpDiscoveryVmIpFinder().setAddresses(known));
        return discovery;
    }

    private static TcpCommunicationSpi communication(GridAddresses addresses, Ports ports) {
        TcpCommunicationSpi communication = new TcpCommunicationSpi();
        communication.setLocalAddress(addresses.host());
        communication.setLocalPort(ports.communication());
        communication.setLocalPortRange(0);
        return communication;
    }

    private static DataStorageConfiguration storage(GridSettings settings) {
        Path folder = settings.folder();
        long memory = settings.memoryBytes();
        DataRegionConfiguration rows = new DataRegionConfiguration()
                .setName(ROWS)
                .setMetricsEnabled(true)
                .setPersistenceEnabled(true)
                .setInitialSize(MIN_REGION_BYTES)
                .setMaxSize(memory)
                .setPageEvictionMode(DataPageEvictionMode.DISABLED)
                .setCheckpointPageBufferSize(Math.clamp(memory / 4, MIN_REGION_BYTES, MAX_CHECKPOINT_BUFFER_BYTES));
        DataStorageConfiguration storage = new DataStorageConfiguration()
                .setDefaultDataRegionConfiguration(rows)
                .setStoragePath(folder.resolve("rows").toString())
                // One folder for both: segments are then used again in place, and not copied when they are full.
                .setWalPath(folder.resolve("wal").toString())
                .setWalArchivePath(folder.resolve("wal").toString())
                .setWalSegmentSize(WAL_SEGMENT_BYTES)
                .setWalSegments(WAL_SEGMENTS)
                .setMaxWalArchiveSize(WAL_BYTES)
                .setCheckpointThreads(2)
                .setWalMode(
                        switch (settings.writeAheadLog()) {
                            case LOG_ONLY -> WALMode.LOG_ONLY;
                            case FSYNC -> WALMode.FSYNC;
                        });
        storage.getSystemDataRegionConfiguration()
                .setInitialSize(MIN_REGION_BYTES)
                .setMaxSize(4 * MIN_REGION_BYTES);
        return storage;
    }
}
