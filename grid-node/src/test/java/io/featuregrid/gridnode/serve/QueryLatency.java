package io.featuregrid.gridnode.serve;

import io.featuregrid.planner.execute.Allowed;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures one entity times 50 features over one connection, beside a handler and a bare server that answer the same bytes: prints medians
 * and 99th percentiles of each in microseconds. A program, not a test; HACKING.md has its command.
 */
public final class QueryLatency {
    private static final int FEATURES = 50;
    private static final int CALLS = 20_000;
    private static final int ROUNDS = 5;

    private QueryLatency() {}

    public static void main(String[] arguments) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            for (boolean onLoop : List.of(true, false)) {
                try (HeapNode node = new HeapNode(onLoop, set())) {
                    measure(node, onLoop);
                }
            }
        }
    }

    private static void measure(HeapNode node, boolean onLoop) throws IOException {
        node.ask("/v1/upload", "{'rows': [{'wide.id': 1, " + join(i -> "'wide.f" + i + "': " + i * 1.5) + "}]}");
        String query = "{\"inputs\": {\"wide.id\": 1}, \"outputs\": [" + join(i -> "\"wide.f" + i + "\"") + "]}";
        byte[] answer = node.post("/v1/query/online", query).body().getBytes(StandardCharsets.UTF_8);
        HttpHandler bare = new HttpHandler() {
            @Override
            public HttpReply handle(HttpCall call) {
                return HttpReply.bytes("application/json", answer);
            }

            @Override
            public @Nullable HttpReply quickly(HttpCall call) {
                return onLoop ? handle(call) : null;
            }
        };
        try (RunningPort bytes = RunningPort.start(
                new HttpSettings("127.0.0.1", 0, 1 << 20, 16),
                node.metrics,
                http -> http.mount("/bytes", Allowed.EVERYBODY, ApiFragment.FOR_PEOPLE, bare))) {
            long[] bareVertx = runBare(query, answer);
            long[] peer = run(bytes.number(), "/bytes", query);
            long[] asked = run(node.port.number(), "/v1/query/online", query);
            System.out.printf(
                    "%s: query p50 %.1f us p99 %.1f us; the same %d bytes from a handler p50 %.1f us p99 %.1f us, from a"
                            + " bare Vert.x server p50 %.1f us p99 %.1f us; ratio to that %.2f%n",
                    onLoop ? "event loop    " : "virtual thread",
                    at(asked, 0.5),
                    at(asked, 0.99),
                    answer.length,
                    at(peer, 0.5),
                    at(peer, 0.99),
                    at(bareVertx, 0.5),
                    at(bareVertx, 0.99),
                    at(asked, 0.5) / at(bareVertx, 0.5));
        }
    }

    /** The least that the library can do: read the body, answer the bytes. */
    private static long[] runBare(String query, byte[] answer) throws IOException {
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(request -> request.body()
                            .onComplete(body -> request.response()
                                    .putHeader("content-type", "application/json")
                                    .end(Buffer.buffer(answer))));
            server.listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            return run(server.actualPort(), "/", query);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static long[] run(int port, String path, String body) throws IOException {
        byte[] request = ("POST " + path + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + body.length() + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
        long[] nanos = new long[CALLS];
        byte[] buffer = new byte[64 << 10];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            for (int call = -CALLS / 2; call < CALLS; call++) {
                long start = System.nanoTime();
                out.write(request);
                read(in, buffer);
                if (call >= 0) {
                    nanos[call] = System.nanoTime() - start;
                }
            }
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static void read(InputStream in, byte[] buffer) throws IOException {
        int length = 0;
        int end = -1;
        int total = Integer.MAX_VALUE;
        while (length < total) {
            int count = in.read(buffer, length, buffer.length - length);
            if (count < 0) {
                throw new IOException("the connection ended");
            }
            length += count;
            if (end < 0) {
                String head = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                end = head.indexOf("\r\n\r\n");
                if (end >= 0) {
                    String lower = head.toLowerCase(java.util.Locale.ROOT);
                    int at = lower.indexOf("content-length: ") + 16;
                    total = end + 4 + Integer.parseInt(head.substring(at, head.indexOf('\r', at)));
                }
            }
        }
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) (sorted.length * quantile)] / 1000.0;
    }

    private static String set() {
        return "{'name': 'wide', 'key': ['id'], 'features': [{'name': 'id', 'type': 'int64'}, "
                + join(i -> "{'name': 'f" + i + "', 'type': 'float64', 'nullable': true}") + "]}";
    }

    private static String join(IntFunction<String> part) {
        return IntStream.range(0, FEATURES).mapToObj(part).collect(Collectors.joining(", "));
    }
}
