package io.featuregrid.ops.node;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.featuregrid.flightserver.FlightPort;
import io.featuregrid.flightserver.FlightPorts;
import io.featuregrid.gridnode.cluster.Grid;
import io.featuregrid.gridnode.cluster.GridArtifacts;
import io.featuregrid.gridnode.cluster.GridCatalogStore;
import io.featuregrid.gridnode.cluster.GridEntityEraser;
import io.featuregrid.gridnode.cluster.GridErasures;
import io.featuregrid.gridnode.ingest.LogPorts;
import io.featuregrid.gridnode.ingest.WriteBack;
import io.featuregrid.gridnode.ingest.ignite.IgniteObservationLog;
import io.featuregrid.gridnode.serve.ApiFragment;
import io.featuregrid.gridnode.serve.ArtifactEndpoint;
import io.featuregrid.gridnode.serve.ErasureEndpoint;
import io.featuregrid.gridnode.serve.HttpHandler;
import io.featuregrid.gridnode.serve.HttpPort;
import io.featuregrid.gridnode.serve.HttpReply;
import io.featuregrid.gridnode.serve.QueryEndpoints;
import io.featuregrid.gridnode.serve.QuerySettings;
import io.featuregrid.gridnode.serve.UploadEndpoint;
import io.featuregrid.gridnode.store.ignite.ExpirySweeper;
import io.featuregrid.gridnode.store.ignite.IgniteOnlineStore;
import io.featuregrid.offline.History;
import io.featuregrid.offline.HistoryPorts;
import io.featuregrid.ops.access.TokenAccess;
import io.featuregrid.ops.backup.BackupEndpoint;
import io.featuregrid.ops.backup.BackupPorts;
import io.featuregrid.ops.config.AccessSettings;
import io.featuregrid.ops.config.NodeSettings;
import io.featuregrid.ops.monitor.Metrics;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Access;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CallRunner;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.Guard;
import io.featuregrid.planner.execute.ObservationDrain;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.OnlineWriting;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.execute.StampSource;
import io.featuregrid.planner.execute.TrainingSetCalls;
import io.featuregrid.planner.execute.WriteGate;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: everything that it consists of is made and joined here.
 *
 * <p>Under its home lie {@code artifacts/}, {@code environments/}, {@code grid/}, {@code history/}, {@code ingests/}, {@code loads/}, {@code inserted_at}, {@code node.json} while it
 * runs, {@code node.lock}, and the folders {@code spool}, {@code temporary} and {@code workers}, which hold nothing that outlives it.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(1);

    private final NodeSettings settings;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private volatile @Nullable NodeAddress address;
    private volatile Optional<String> reasonNotReady = Optional.of("the node is starting");

    private Node(NodeSettings settings) {
        this.settings = settings;
    }

    /**
     * Starts a node; it is ready when this returns.
     *
     * @throws UsageException if the settings are wrong
     * @throws FeatureGridException CONFLICT if the home or a port is taken; INTERNAL_SERVER_ERROR if the home's content cannot be opened
     */
    public static Node start(NodeLaunch launch) {
        return start(launch.settings(), Clock.system());
    }

    static Node start(NodeSettings settings, Clock clock) {
        Node node = new Node(settings);
        try {
            node.open(clock);
            return node;
        } catch (FeatureGridException refused) {
            node.close();
            throw refused;
        } catch (IOException | RuntimeException failure) {
            node.close();
            boolean taken = isTaken(failure);
            if (!taken) {
                LOG.error("the node in {} does not start", settings.home(), failure);
            }
            throw new FeatureGridException(
                    taken ? ErrorCode.CONFLICT : ErrorCode.INTERNAL_SERVER_ERROR,
                    "the node does not start: " + failure.getMessage(),
                    failure);
        }
    }

    /** Where the node is. */
    public NodeAddress address() {
        NodeAddress known = address;
        if (known == null) {
            throw new FeatureGridException(ErrorCode.RESOURCE_EXHAUSTED, "the node is starting (try again)");
        }
        return known;
    }

    private void open(Clock clock) throws IOException {
        Path home = settings.home();
        Files.createDirectories(home);
        opened.push(HomeLock.take(home));
        NodeRestore.requireWhole(home);
        Files.deleteIfExists(NodeAddress.file(home));
        Path temporary = Folders.empty(home.resolve("temporary"));
        opened.push(() -> Folders.delete(temporary));
        Path spool = Folders.empty(home.resolve("spool"));
        opened.push(() -> Folders.delete(spool));

        MetricRegistry metrics = new MetricRegistry();
        Guard guard = guard(settings.access(), clock);
        Grid grid = Grid.start(settings.grid(), guard);
        opened.push(grid);
        GridParts parts = openGrid(grid, clock, metrics);
        History history = History.open(
                home, settings.history(), new HistoryPorts(parts.stamps(), parts.online(), parts.erasures(), metrics));
        opened.push(history);
        IgniteObservationLog log = IgniteObservationLog.start(
                grid,
                new LogPorts(parts.catalogs(), parts.online(), history.sink(), parts.stamps(), metrics),
                settings.log());
        opened.push(log);
        GatedWrites writes = new GatedWrites(new WriteGate());
        ObservationLog appended = writes.log(log);
        WriteBack writing = WriteBack.start(appended, WriteBack.Limits.defaults(), metrics);
        opened.push(writing);
        history.finishIngests(parts.catalogs().current());
        GridArtifacts artifacts = GridArtifacts.open(grid);
        NodeFunctions functions = new NodeFunctions(home, settings.functions(), artifacts);
        opened.push(functions);
        parts.catalogs().onChange(functions::newest);
        functions.newest(parts.catalogs().current());
        FlightPort flight = FlightPort.start(
                settings.flight(),
                new FlightPorts(
                        guard,
                        parts.catalogs(),
                        history,
                        log,
                        new TrainingSetCalls(new CallRunner(functions.runners())),
                        metrics),
                spool);
        opened.push(flight);
        HttpPort http = new HttpPort(settings.http(), guard, () -> reasonNotReady, new SecureRandom(), metrics);
        opened.push(http);
        NodeWriting computed = new NodeWriting(appended, writing, new OnlineWriting(parts.online(), parts.stamps()));
        mount(http, grid, parts, writes, computed, functions, metrics);
        new ArtifactEndpoint(artifacts).mountOn(http);
        mountBackups(
                http,
                new BackupPorts.Stores(grid, parts.catalogs(), parts.erasures(), parts.online(), history, artifacts),
                log,
                parts.stamps(),
                writes);
        new EntityEndpoint(parts.catalogs(), parts.online(), history, log, clock).mountOn(http);

        NodeAddress known = new NodeAddress(
                ProcessHandle.current().pid(),
                NodeAddress.of(settings.http().host(), http.open()),
                NodeAddress.of(settings.flight().host(), flight.port()),
                grid.thinAddress(),
                settings.access().tls().map(AccessSettings.Tls::certificate));
        address = known;
        reasonNotReady = Optional.empty();
        known.write(home);
        opened.push(() -> Files.deleteIfExists(NodeAddress.file(home)));
        LOG.info("node {} is ready: HTTP {}, Flight {}, home {}", known.pid(), known.http(), known.flight(), home);
    }

    private static Guard guard(AccessSettings access, Clock clock) throws IOException {
        return new Guard(
                access.required() ? new TokenAccess(access.tokens(), clock, System::nanoTime) : Access.OPEN,
                access.tls().map(AccessSettings.Tls::identity));
    }

    private void mountBackups(
            HttpPort http, BackupPorts.Stores stores, ObservationDrain log, StampSource stamps, GatedWrites writes) {
        BackupEndpoint backups =
                new BackupEndpoint(new BackupPorts(settings.home(), stores, log, stamps, writes.gate()));
        opened.push(backups);
        backups.mountOn(http);
    }

    /** What stands on the grid. */
    private record GridParts(
            StampSource stamps, GridCatalogStore catalogs, GridErasures erasures, IgniteOnlineStore online) {}

    private GridParts openGrid(Grid grid, Clock clock, MetricRegistry metrics) {
        metrics.register("grid.nodes", (Gauge<Integer>) grid::nodes);
        metrics.register("grid.partitions.lost", (Gauge<Integer>) grid::partitionsLost);
        metrics.register("grid.memory.bytes", (Gauge<Long>) grid::memoryBytes);
        StampSource stamps = HomeStampSource.open(settings.home().resolve("inserted_at"), clock, grid.nodeNumber());
        GridCatalogStore catalogs =
                GridCatalogStore.open(grid, CatalogFile.find(settings.home().resolve("catalog.json")));
        opened.push(catalogs);
        GridErasures erasures = GridErasures.open(grid);
        opened.push(erasures);
        IgniteOnlineStore online = IgniteOnlineStore.on(grid, erasures);
        catalogs.onChange(catalog -> catalog.sets().forEach(online::prepare));
        catalogs.current().sets().forEach(online::prepare);
        ExpirySweeper sweeper = new ExpirySweeper(online, clock);
        opened.push(sweeper);
        sweeper.start(EXPIRY_INTERVAL);
        return new GridParts(stamps, catalogs, erasures, online);
    }

    private void mount(
            HttpPort http,
            Grid grid,
            GridParts parts,
            GatedWrites writes,
            NodeWriting writing,
            NodeFunctions functions,
            MetricRegistry metrics) {
        Clock clock = parts.stamps().clock();
        QuerySettings standard = QuerySettings.STANDARD;
        // A node that is alone holds every row itself.
        QuerySettings queries =
                new QuerySettings(standard.maxNames(), standard.maxValues(), standard.planCacheNames(), grid::alone);
        new QueryEndpoints(
                        new QueryEndpoints.Ports(
                                parts.catalogs(), parts.online(), functions.runners(), writing, clock, metrics),
                        queries)
                .mountOn(http);
        new UploadEndpoint(
                        parts.catalogs(),
                        writing.log(),
                        clock,
                        settings.history().futureToleranceMicros())
                .mountOn(http);
        new ErasureEndpoint(
                        parts.catalogs(),
                        writes.eraser(new GridEntityEraser(parts.erasures(), parts.online(), parts.stamps())))
                .mountOn(http);
        new CatalogEndpoints(writes.catalogs(parts.catalogs()), functions).mountOn(http);
        ApiFragment api = ApiFragment.of(Node.class, "node");
        http.mount(
                "/v1/node",
                Allowed.ANY_ROLE,
                api,
                HttpHandler.of("GET", call -> HttpReply.json(address().json())));
        http.mount("/metrics", Allowed.to(Role.OPERATE), api, new Metrics(metrics).handler());
    }

    /** Stops the node in the reverse order of its start, within seconds. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        reasonNotReady = Optional.of("the node is stopping");
        boolean running = address != null && !opened.isEmpty();
        while (!opened.isEmpty()) {
            AutoCloseable part = opened.pop();
            try {
                part.close();
            } catch (Exception failure) {
                LOG.error("{} did not close in order", part.getClass().getSimpleName(), failure);
            }
        }
        if (running) {
            LOG.info("node in {} has stopped", settings.home());
        }
    }

    private static boolean isTaken(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }
}
