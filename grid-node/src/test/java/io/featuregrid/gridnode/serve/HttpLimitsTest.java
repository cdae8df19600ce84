package io.featuregrid.gridnode.serve;

import static io.featuregrid.gridnode.serve.RunningPort.MAX_BODY_BYTES;
import static io.featuregrid.gridnode.serve.RunningPort.MAX_REQUESTS;
import static io.featuregrid.gridnode.serve.RunningPort.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.planner.execute.Allowed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpLimitsTest {
    private static final String HEAD = "POST /size HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n";

    private final Semaphore entered = new Semaphore(0);
    private final CountDownLatch go = new CountDownLatch(1);
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final RunningPort port = RunningPort.start(this::mount);

    private void mount(HttpPort opening) {
        opening.mount(
                "/size",
                Allowed.EVERYBODY,
                ApiFragment.FOR_PEOPLE,
                HttpHandler.of("POST", call -> HttpReply.json(JsonNodeFactory.instance.numberNode(size(call.body())))));
        opening.mount("/slow", Allowed.EVERYBODY, ApiFragment.FOR_PEOPLE, call -> {
            entered.release();
            await();
            return HttpReply.json(JsonNodeFactory.instance.textNode("done"));
        });
    }

    @AfterEach
    void close() {
        go.countDown();
        callers.close();
        port.close();
    }

    @Test
    void aBodyOfTheLimitIsTakenAndOneByteMoreIsNot() {
        assertThat(port.post("/size", "a".repeat(MAX_BODY_BYTES)).body()).isEqualTo("1000");

        HttpResponse<String> declared = port.post("/size", "a".repeat(MAX_BODY_BYTES + 1));
        assertThat(declared.statusCode()).isEqualTo(413);
        assertThat(json(declared).path("detail").textValue())
                .isEqualTo("TOO_LARGE: the body has 1001 bytes (expected at most 1000, http.max-body-bytes)");

        HttpResponse<String> chunked =
                port.post("/size", BodyPublishers.ofInputStream(() -> zeros(MAX_BODY_BYTES + 1)));
        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(json(chunked).path("errors").path(0).path("code").textValue())
                .isEqualTo("TOO_LARGE");
    }

    @Test
    void aBodyLargerThanTheHeapIsRefusedInConstantMemory() {
        long bytes = Runtime.getRuntime().maxMemory() + (256L << 20);

        assertThat(port.post("/size", BodyPublishers.ofInputStream(() -> zeros(bytes)))
                        .statusCode())
                .isEqualTo(413);
        assertThat(port.get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatAsksFirstIsToldBeforeItSends() throws IOException {
        String reply = port.talk(HEAD + "content-length: 1001\r\n\r\n");

        assertThat(reply).startsWith("HTTP/1.1 413").contains("connection: close");
    }

    @Test
    void aRequestAboveTheBoundIsRefusedAndTheNodeStillTellsThatItLives() throws Exception {
        List<Future<HttpResponse<String>>> slow = new ArrayList<>();
        for (int i = 0; i < MAX_REQUESTS; i++) {
            slow.add(callers.submit(() -> port.get("/slow")));
        }
        entered.acquire(MAX_REQUESTS);

        HttpResponse<String> further = port.post("/size", "abc");
        assertThat(further.statusCode()).isEqualTo(429);
        assertThat(json(further).path("errors").path(0).path("code").textValue())
                .isEqualTo("RESOURCE_EXHAUSTED");
        assertThat(port.get("/health").statusCode()).isEqualTo(200);
        assertThat(port.get("/ready").statusCode()).isEqualTo(200);

        go.countDown();
        for (Future<HttpResponse<String>> call : slow) {
            assertThat(call.get().statusCode()).isEqualTo(200);
        }
        assertThat(port.post("/size", "abc").body()).isEqualTo("3");
    }

    @Test
    void refusedRequestsTakeNoPlace() {
        for (int i = 0; i < 3 * MAX_REQUESTS; i++) {
            assertThat(port.post("/size", "a".repeat(MAX_BODY_BYTES + 1)).statusCode())
                    .isEqualTo(413);
            assertThat(port.post("/nowhere", "abc").statusCode()).isEqualTo(404);
            assertThat(port.post("/size", BodyPublishers.ofInputStream(() -> zeros(5000)))
                            .statusCode())
                    .isEqualTo(413);
        }
        assertThat(port.post("/size", "abc").body()).isEqualTo("3");
    }

    @Test
    void aClientThatBreaksOffGivesItsPlaceBack() throws IOException {
        for (int i = 0; i < MAX_REQUESTS; i++) {
            try (Socket socket = port.connect(HEAD + "content-length: 900\r\n\r\n")) {
                // The word to go on shows that the request has its place.
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                socket.getOutputStream().write(new byte[450]);
            }
        }

        HttpResponse<String> reply = port.post("/size", "abc");
        while (reply.statusCode() == 429) {
            reply = port.post("/size", "abc");
        }
        assertThat(reply.body()).isEqualTo("3");
    }

    @Test
    void closingLetsCallsFinishAndEndsEveryThread() throws Exception {
        List<Thread> before = loops();
        RunningPort other = RunningPort.start(this::mount);
        List<Thread> loops = new ArrayList<>(loops());
        loops.removeAll(before);
        Future<HttpResponse<String>> call = callers.submit(() -> other.get("/slow"));
        entered.acquire();

        Future<?> closing = callers.submit(other::closePort);
        go.countDown();
        assertThat(call.get().statusCode()).isEqualTo(200);
        closing.get();

        assertThatThrownBy(() -> other.get("/health")).isInstanceOf(UncheckedIOException.class);
        for (Thread loop : loops) {
            loop.join();
        }
        other.close();
    }

    private static List<Thread> loops() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vert.x-"))
                .toList();
    }

    private static long size(InputStream body) {
        try (body) {
            return body.readAllBytes().length;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static InputStream zeros(long bytes) {
        return new InputStream() {
            private long left = bytes;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (left <= 0) {
                    return -1;
                }
                int count = (int) Math.min(left, length);
                left -= count;
                return count;
            }
        };
    }

    private void await() {
        try {
            go.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
