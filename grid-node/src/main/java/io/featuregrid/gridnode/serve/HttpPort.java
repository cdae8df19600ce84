package io.featuregrid.gridnode.serve;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Access;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.Guard;
import io.featuregrid.planner.execute.TlsIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.KeyManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port that speaks HTTP/1.1.
 *
 * <p>Handlers are mounted at paths; the port itself answers {@code /health} (200 while it runs) and {@code /ready} (200,
 * or 503 with the reason). Every reply carries {@code x-chalk-trace-id} and {@code traceparent}; every refusal has the
 * body {@code {detail, message, trace, errors}}. Safe for use by several threads.
 */
public final class HttpPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);
    private static final long START_SECONDS = 30;
    /** How long calls in work may go on when the port closes. */
    private static final long FINISH_SECONDS = 5;

    private static final int BACKLOG = 1024;

    private static final String HEALTH = "/health";
    private static final String READY = "/ready";

    /** So many bodies may be on their way for each request in work. */
    private static final int ARRIVALS_A_REQUEST = 4;

    /** So many bodies of the largest size may be held at once; as many small ones as there may be requests. */
    private static final long LARGEST_BODIES = 4;

    private final HttpSettings settings;
    private final Access access;
    private final Supplier<Optional<String>> reasonNotReady;
    private final RandomGenerator random;
    private final Routes routes = new Routes();
    private final ApiDocument document;
    private final Vertx vertx;
    private final ExecutorService executor;
    private final HttpServer server;
    private final Connections<HttpConnection> connections;
    private final Exchange.Shared shared;

    /**
     * A port on loopback that lets everybody in, not open yet.
     *
     * @param reasonNotReady why {@code /ready} answers 503 at the moment, or empty; asked on the event loop: quick
     * @param random where trace ids come from; safe for use by several threads
     */
    public HttpPort(HttpSettings settings, Supplier<Optional<String>> reasonNotReady, RandomGenerator random) {
        this(settings, reasonNotReady, random, new MetricRegistry());
    }

    /** As above, with counts of {@link #HttpPort(HttpSettings, Guard, Supplier, RandomGenerator, MetricRegistry)}. */
    public HttpPort(
            HttpSettings settings,
            Supplier<Optional<String>> reasonNotReady,
            RandomGenerator random,
            MetricRegistry metrics) {
        this(settings, Guard.NONE, reasonNotReady, random, metrics);
    }

    /**
     * A port with a guard, not open yet, with counts of what is refused for load ({@code http.refused}), of requests in work ({@code http.requests.in.work}) and of
     * open connections ({@code http.connections}).
     *
     * @throws IllegalArgumentException if others than this machine reach the port and the guard does not keep them out
     */
    public HttpPort(
            HttpSettings settings,
            Guard guard,
            Supplier<Optional<String>> reasonNotReady,
            RandomGenerator random,
            MetricRegistry metrics) {
        guard.check(settings.host(), isLoopback(settings.host()));
        this.document = new ApiDocument(guard.access().asks());
        this.settings = settings;
        this.access = guard.access();
        this.reasonNotReady = reasonNotReady;
        this.random = random;
        // No files: the library would unpack things into the machine's temporary folder.
        this.vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false))
                .setEventLoopPoolSize(Math.max(2, Runtime.getRuntime().availableProcessors()))
                .setWorkerPoolSize(1));
        this.executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("http-", 0).factory());
        HttpServerOptions options = new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setAcceptBacklog(BACKLOG)
                .setTcpNoDelay(true)
                .setIdleTimeout(Math.toIntExact(settings.idleTimeout().toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false);
        guard.tls().ifPresent(tls -> options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(keys(tls))));
        this.server = vertx.createHttpServer(options);
        Admission admission = new Admission(settings);
        this.connections = new Connections<>(settings.maxConnections());
        this.shared = new Exchange.Shared(
                vertx,
                admission,
                new Arrivals(
                        ARRIVALS_A_REQUEST * settings.maxConcurrentRequests(),
                        LARGEST_BODIES * settings.maxBodyBytes(),
                        System::nanoTime),
                connections,
                executor,
                settings.maxBodyBytes(),
                metrics.counter("http.refused"));
        metrics.gauge("http.requests.in.work", () -> admission::inWork);
        metrics.gauge("http.connections", () -> connections::count);
        describe();
        server.requestHandler(this::serve);
        server.connectionHandler(this::opened);
        server.invalidRequestHandler(this::refuseMalformed);
    }

    /**
     * Gives the calls of a path to a handler. A prefix that ends with a slash stands for everything below it, where no
     * longer prefix is mounted; any other stands for that path only.
     *
     * @param allowed whose calls the handler gets; others are refused before their body is read
     * @param api says what the path takes and answers
     * @throws IllegalArgumentException if the prefix has a handler already, does not begin with a slash, or is not described by the fragment
     */
    public void mount(String prefix, Allowed allowed, ApiFragment api, HttpHandler handler) {
        routes.add(prefix, allowed, handler);
        document.add(prefix, allowed, api);
    }

    /**
     * Opens the port.
     *
     * @return the port's number, chosen by the system if the settings say 0
     * @throws FeatureGridException CONFLICT if the address cannot be bound
     */
    public int open() {
        try {
            await(server.listen(), START_SECONDS);
            return server.actualPort();
        } catch (ExecutionException | TimeoutException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "HTTP port " + settings.host() + ":" + settings.port() + " cannot be bound: " + cause.getMessage()
                            + " (expected a free port; 0 takes any, see http.port)",
                    cause);
        }
    }

    /** Lets calls in work finish for some seconds, refuses new ones, and closes the port. Closing twice does nothing. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(FINISH_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("calls still run after {} s and are interrupted", FINISH_SECONDS);
                executor.shutdownNow();
                executor.awaitTermination(1, TimeUnit.SECONDS);
            }
            await(vertx.close(), FINISH_SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException failure) {
            LOG.warn("the HTTP port did not close in order", failure);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            // It cannot be bound either.
            return false;
        }
    }

    private static KeyManagerFactory keys(TlsIdentity tls) {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(tls.keys(), new char[0]);
            return factory;
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException(
                    "the key of " + tls + " cannot be used (expected one that this JVM knows)", unusable);
        }
    }

    private void opened(HttpConnection connection) {
        connection.closeHandler(closed -> connections.closed(connection));
        connections.opened(connection).forEach(HttpConnection::close);
    }

    private void serve(HttpServerRequest request) {
        TraceContext trace = TraceContext.of(request.getHeader("traceparent"), random);
        Exchange exchange = new Exchange(request, trace, shared);
        String path = exchange.path();
        // These answer even when everything else is refused for load.
        boolean reads = Set.of("GET", "HEAD").contains(request.method().name());
        switch (path) {
            case HEALTH, READY ->
                exchange.reply(
                        !reads
                                ? Refusals.wrongMethod(path, request.method().name(), "GET", trace.traceId())
                                : path.equals(HEALTH) ? HttpReply.json(status("alive")) : readiness());
            default ->
                routes.find(path)
                        .ifPresentOrElse(
                                route -> exchange.serve(route, access),
                                () -> exchange.reply(Refusals.of(
                                        404,
                                        ErrorCode.INVALID_QUERY,
                                        "path is " + path + " (expected one that this node serves)",
                                        trace.traceId())));
        }
    }

    private void refuseMalformed(HttpServerRequest request) {
        TraceContext trace = TraceContext.of(null, random);
        Throwable cause = request.decoderResult().cause();
        new Exchange(request, trace, shared)
                .replyAndClose(Refusals.of(
                        ErrorCode.PARSE_FAILED,
                        "the request cannot be read: " + (cause == null ? "malformed" : cause.getMessage())
                                + " (expected HTTP/1.1)",
                        trace.traceId()));
    }

    /** What the port itself answers. */
    private void describe() {
        ApiFragment own = ApiFragment.of(HttpPort.class, "port");
        document.add(HEALTH, Allowed.EVERYBODY, own);
        document.add(READY, Allowed.EVERYBODY, own);
        mount("/openapi.json", Allowed.EVERYBODY, own, HttpHandler.of("GET", call -> HttpReply.json(document.write())));
        mount(
                "/docs/api",
                Allowed.EVERYBODY,
                own,
                HttpHandler.of("GET", call -> HttpReply.page(ApiPage.of(document.write()))));
    }

    private HttpReply readiness() {
        return reasonNotReady
                .get()
                .map(reason -> HttpReply.json(503, status("not ready").put("reason", reason)))
                .orElseGet(() -> HttpReply.json(status("ready")));
    }

    private static ObjectNode status(String word) {
        return JsonNodeFactory.instance.objectNode().put("status", word);
    }

    private static <T> void await(Future<T> future, long seconds) throws ExecutionException, TimeoutException {
        try {
            future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ExecutionException(interrupted);
        }
    }
}
