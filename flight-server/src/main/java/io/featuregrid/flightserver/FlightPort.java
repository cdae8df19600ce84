package io.featuregrid.flightserver;

import io.featuregrid.flightserver.action.FlightActions;
import io.featuregrid.flightserver.request.CallAccess;
import io.featuregrid.flightserver.request.CallTrace;
import io.featuregrid.flightserver.request.MessageGuard;
import io.featuregrid.flightserver.stream.FreshHistory;
import io.featuregrid.flightserver.stream.HistoryStream;
import io.featuregrid.flightserver.stream.ObservationsUpload;
import io.featuregrid.flightserver.stream.TrainingSetExchange;
import io.featuregrid.planner.execute.Guard;
import io.featuregrid.planner.execute.TlsIdentity;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.auth.ServerAuthHandler;
import org.apache.arrow.flight.grpc.ServerBackpressureThresholdInterceptor;
import org.apache.arrow.flight.grpc.ServerInterceptorAdapter;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Arrow Flight port of a node: training sets by DoExchange, observations by DoPut, histories by DoGet. Safe for use by several threads.
 */
public final class FlightPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlightPort.class);
    private static final int FLOW_WINDOW_BYTES = 64 << 20;
    private static final int MAX_HEADER_BYTES = 64 << 10;

    /** What may wait to be sent to a client before its call is not ready for more. */
    private static final int UNSENT_BYTES = 10 << 20;

    /** gRPC takes messages up to so many times the limit, to be refused with a word; beyond that it cuts the call off. */
    private static final int REFUSED_WITH_A_WORD = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BufferAllocator allocator;
    private final RunningCalls calls;
    private final ExecutorService workers;
    private final Server server;
    private boolean closed;

    private FlightPort(BufferAllocator allocator, RunningCalls calls, ExecutorService workers, Server server) {
        this.allocator = allocator;
        this.calls = calls;
        this.workers = workers;
        this.server = server;
    }

    /**
     * Opens the port.
     *
     * @param spool a folder for spines that do not fit into memory; only this port may use it
     * @throws IllegalArgumentException if others than this machine reach the port and its guard does not keep them out
     * @throws UncheckedIOException if the address cannot be bound or the folder not be made
     */
    public static FlightPort start(FlightSettings settings, FlightPorts ports, Path spool) {
        InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        ports.guard()
                .check(
                        settings.host(),
                        !address.isUnresolved() && address.getAddress().isLoopbackAddress());
        BufferAllocator allocator = new RootAllocator();
        // Not bounded by itself: a call whose callbacks found no thread could not end. The number of calls is.
        ExecutorService workers = Executors.newCachedThreadPool(
                Thread.ofPlatform().name("flight-", 0).daemon().factory());
        try {
            RunningCalls calls = new RunningCalls(settings.maxCalls());
            FreshHistory history = new FreshHistory(ports.history(), ports.drain());
            FeatureGridProducer.Services services = new FeatureGridProducer.Services(
                    new TrainingSetExchange(
                            ports.catalogs(), history, spool, settings.limits(), ports.calls(), allocator),
                    new ObservationsUpload(ports.history(), allocator),
                    new HistoryStream(history, settings.limits(), allocator),
                    new FlightActions(ports.catalogs(), history));
            FlightProducer producer = new FeatureGridProducer(ports.catalogs(), services, calls, workers, allocator);
            Server server = server(settings, allocator, producer, workers, ports);
            server.start();
            return new FlightPort(allocator, calls, workers, server);
        } catch (IOException refused) {
            release(workers, allocator);
            throw new UncheckedIOException(
                    "Flight cannot listen on " + settings.host() + ":" + settings.port()
                            + " (expected a free port and an address of this machine)",
                    refused);
        } catch (RuntimeException failure) {
            release(workers, allocator);
            throw failure;
        }
    }

    /** Clients that vanish without a word are noticed within some 80 s. The handler of handshakes that Flight asks for is deprecated. */
    @SuppressWarnings("deprecation")
    private static Server server(
            FlightSettings settings,
            BufferAllocator allocator,
            FlightProducer producer,
            ExecutorService workers,
            FlightPorts ports) {
        long refusedBytes = (long) settings.maxMessageBytes() * REFUSED_WITH_A_WORD;
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(settings.host(), settings.port()), credentials(ports.guard()))
                .executor(workers)
                .addStreamTracerFactory(new TrafficMeter(ports.metrics()))
                .maxInboundMessageSize((int) Math.min(refusedBytes, Integer.MAX_VALUE))
                .maxInboundMetadataSize(MAX_HEADER_BYTES)
                .flowControlWindow(FLOW_WINDOW_BYTES)
                .maxConcurrentCallsPerConnection(2 * settings.maxCalls())
                .keepAliveTime(60, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(ServerInterceptors.intercept(
                        MessageGuard.limit(
                                FlightGrpcUtils.createFlightService(
                                                allocator, producer, ServerAuthHandler.NO_OP, workers)
                                        .bindService(),
                                settings.maxMessageBytes()),
                        new ServerBackpressureThresholdInterceptor(UNSENT_BYTES)))
                // The last one added is the outermost: both guards need what the middleware found out.
                .intercept(new MessageGuard())
                .intercept(CallAccess.door())
                .intercept(new ServerInterceptorAdapter(List.of(
                        new ServerInterceptorAdapter.KeyFactory<>(
                                CallTrace.KEY, CallTrace.factory(new SecureRandom()::nextLong)),
                        new ServerInterceptorAdapter.KeyFactory<>(
                                CallAccess.KEY, CallAccess.factory(ports.guard().access())))))
                .build();
    }

    private static ServerCredentials credentials(Guard guard) {
        if (guard.tls().isEmpty()) {
            return InsecureServerCredentials.create();
        }
        TlsIdentity tls = guard.tls().get();
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(tls.keys(), new char[0]);
            return TlsServerCredentials.newBuilder()
                    .keyManager(keys.getKeyManagers())
                    .build();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException(
                    "the key of " + tls + " cannot be used (expected one that this JVM knows)", unusable);
        }
    }

    /** The port that is listened on. */
    public int port() {
        return server.getPort();
    }

    /**
     * Cancels what runs, closes the port and gives its memory back, within some 30 seconds. A second call does nothing.
     *
     * @throws IllegalStateException if a call has leaked memory
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        boolean quiet = false;
        try {
            quiet = calls.close(PATIENCE);
            server.shutdownNow();
            quiet &= server.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            workers.shutdown();
            quiet &= workers.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            if (!quiet) {
                LOG.warn("some Flight calls did not end in time");
            }
            release(workers, allocator);
        }
    }

    private static void release(ExecutorService workers, BufferAllocator allocator) {
        workers.shutdownNow();
        allocator.close();
    }
}
