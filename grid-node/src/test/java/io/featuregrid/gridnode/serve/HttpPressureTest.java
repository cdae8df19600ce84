package io.featuregrid.gridnode.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.featuregrid.planner.execute.Allowed;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that read, send or do nothing keep nobody else out. */
class HttpPressureTest {
    private static final int REQUESTS = 4;
    private static final String ASK_FOR_MUCH = "GET /much HTTP/1.1\r\nhost: a\r\n\r\n";

    /** More than the buffers of both ends of a connection take. */
    private static final byte[] MUCH = new byte[8 << 20];

    private final MetricRegistry metrics = new MetricRegistry();

    private RunningPort start(int connections, Duration idle) {
        HttpSettings settings = new HttpSettings("127.0.0.1", 0, 1 << 20, REQUESTS, connections, idle);
        return RunningPort.start(settings, metrics, http -> {
            http.mount(
                    "/much",
                    Allowed.EVERYBODY,
                    ApiFragment.FOR_PEOPLE,
                    call -> HttpReply.bytes("application/octet-stream", MUCH));
            http.mount(
                    "/little",
                    Allowed.EVERYBODY,
                    ApiFragment.FOR_PEOPLE,
                    HttpHandler.of("POST", call -> HttpReply.json(call.json())));
        });
    }

    @Test
    void aReaderThatDoesNotReadHoldsNoPlace() throws IOException {
        try (RunningPort port = start(1000, Duration.ofMinutes(2))) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 2 * REQUESTS; i++) {
                Socket socket = port.connect(ASK_FOR_MUCH);
                // A first byte shows that the reply is on its way; the rest is not read.
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                silent.add(socket);
            }

            for (int i = 0; i < 3 * REQUESTS; i++) {
                assertThat(port.post("/little", "[1]").body()).isEqualTo("[1]");
            }
            assertThat(inWork()).isZero();
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void aReaderThatDoesNotReadLosesItsConnectionInTheEnd() throws IOException {
        try (RunningPort port = start(1000, Duration.ofMillis(300))) {
            try (Socket socket = port.connect(ASK_FOR_MUCH)) {
                InputStream reply = socket.getInputStream();
                assertThat(reply.read()).isEqualTo('H');
                awaitConnections(0);
            }
        }
    }

    @Test
    void manyReadersThatDoNotReadHoldBoundedMemory() throws IOException {
        try (RunningPort port = start(1000, Duration.ofMinutes(2))) {
            List<Socket> silent = new ArrayList<>();
            int refused = 0;
            for (int i = 0; i < 40; i++) {
                Socket socket = port.connect(ASK_FOR_MUCH);
                String status =
                        new String(socket.getInputStream().readNBytes(12), java.nio.charset.StandardCharsets.US_ASCII);
                refused += status.endsWith("429") ? 1 : 0;
                silent.add(socket);
            }
            assertThat(refused).isPositive();
            assertThat(metrics.counter("http.refused").getCount()).isEqualTo(refused);
            for (Socket socket : silent) {
                socket.close();
            }
            awaitConnections(0);
            assertThat(port.get("/much").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void thousandsOfConnectionsThatDoNothingKeepNobodyOut() throws IOException {
        int most = 1500;
        try (RunningPort port = start(most, Duration.ofMinutes(2))) {
            List<Socket> idle = new ArrayList<>();
            for (int i = 0; i < 2 * most; i++) {
                // Half of them begin a request and stop there.
                idle.add(port.connect(i % 2 == 0 ? "" : "POST /little HTT"));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(port.post("/little", "[1]").body()).isEqualTo("[1]");
            }
            assertThat(connections()).isLessThanOrEqualTo(most);
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void sendersThatStopHalfwayHoldNoPlace() throws IOException {
        try (RunningPort port = start(1000, Duration.ofMinutes(2))) {
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 3 * REQUESTS; i++) {
                Socket socket = port.connect(
                        "POST /little HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1000\r\n\r\n");
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                socket.getOutputStream().write(new byte[500]);
                slow.add(socket);
            }
            for (int i = 0; i < 3 * REQUESTS; i++) {
                assertThat(port.post("/little", "[1]").body()).isEqualTo("[1]");
            }
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private int inWork() {
        return gauge("http.requests.in.work");
    }

    private int connections() {
        return gauge("http.connections");
    }

    private int gauge(String name) {
        Gauge<?> gauge = metrics.getGauges().get(name);
        return gauge == null ? -1 : (Integer) gauge.getValue();
    }

    private void awaitConnections(int count) {
        while (connections() != count) {
            Thread.onSpinWait();
        }
    }
}
