package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.flightserver.stream.StreamLimits;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.arrow.flight.FlightClient.ExchangeReaderWriter;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However a call ends, nothing of it is left: closing the node checks buffers and files. */
@SuppressWarnings("try") // Flight's streams may be interrupted when they are closed
class EndedCallsTest {
    private static final String COMMAND =
            "{'type': 'training_set', 'time': 'ts', 'keys': {'airport.faa': 'faa'}," + " 'features': ['airport.wind']}";

    /** Together more than what a client that does not read is sent ahead. */
    private static final int BATCHES = 24;

    @TempDir
    private Path home;

    @Test
    void aClientThatGoesAwayWhileItIsAnswered() throws Exception {
        try (FlightNode node = new FlightNode(home, settings(8), 10_000);
                VectorSchemaRoot spine = spine(node);
                ExchangeReaderWriter exchange = send(node, spine)) {
            assertThat(exchange.getReader().next()).isTrue();
            exchange.getReader().cancel("enough", null);
        }
    }

    @Test
    void aClientThatGoesAwayWhileItSends() throws Exception {
        try (FlightNode node = new FlightNode(home, settings(8), 10_000);
                VectorSchemaRoot spine = spine(node)) {
            try (ExchangeReaderWriter exchange = node.client().doExchange(FlightNode.trainingSet(COMMAND))) {
                exchange.getWriter().start(spine);
                exchange.getWriter().putNext();
                exchange.getWriter().error(new IllegalStateException("the client fails"));
            }
            // Half a spine is not answered, and its call is not in the way of others.
            assertThat(Answer.exchange(node, COMMAND, spine).column("faa")).hasSize(spine.getRowCount());
        }
    }

    @Test
    void aNodeThatStopsWhileClientsSendAndRead() throws Exception {
        try (FlightNode node = new FlightNode(home, settings(8), 10_000);
                VectorSchemaRoot spine = spine(node);
                ExchangeReaderWriter reading = send(node, spine);
                ExchangeReaderWriter sending = node.client().doExchange(FlightNode.trainingSet(COMMAND))) {
            assertThat(reading.getReader().next()).isTrue();
            sending.getWriter().start(spine);
            sending.getWriter().putNext();
            node.closePort();

            assertThatThrownBy(() -> readAll(sending)).isInstanceOf(FlightRuntimeException.class);
            assertThatThrownBy(() -> readAll(reading)).isInstanceOf(FlightRuntimeException.class);
        }
    }

    @Test
    void oneCallTooManyIsRefused() throws Exception {
        try (FlightNode node = new FlightNode(home, settings(1), 10_000);
                VectorSchemaRoot spine = spine(node);
                ExchangeReaderWriter first = send(node, spine)) {
            assertThat(first.getReader().next()).isTrue();

            assertThatThrownBy(() -> Answer.exchange(node, COMMAND, spine))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            failure ->
                                    assertThat(failure.status().code()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED));
            readAll(first);
        }
    }

    @Test
    void aSpineAboveTheLimitIsRefused() throws Exception {
        FlightSettings small = new FlightSettings(
                "127.0.0.1", 0, 16 << 20, 8, new StreamLimits(1_000, 4L << 20, FlightNode.LIMITS.stall()));
        try (FlightNode node = new FlightNode(home, small, 10_000);
                VectorSchemaRoot spine = spine(node);
                ExchangeReaderWriter exchange = send(node, spine)) {
            assertThatThrownBy(() -> readAll(exchange))
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageStartingWith("TOO_LARGE: the spine has more than 4194304 bytes");
        }
    }

    private static FlightSettings settings(int maxCalls) {
        // Little memory, so that part of the spine is on disk.
        return new FlightSettings(
                "127.0.0.1", 0, 16 << 20, maxCalls, new StreamLimits(5L << 20, 1L << 30, FlightNode.LIMITS.stall()));
    }

    private static ExchangeReaderWriter send(FlightNode node, VectorSchemaRoot spine) {
        ExchangeReaderWriter exchange = node.client().doExchange(FlightNode.trainingSet(COMMAND));
        exchange.getWriter().start(spine);
        for (int batch = 0; batch < BATCHES; batch++) {
            exchange.getWriter().putNext();
        }
        exchange.getWriter().completed();
        return exchange;
    }

    private static void readAll(ExchangeReaderWriter exchange) {
        while (exchange.getReader().next()) {
            assertThat(exchange.getReader().hasRoot()).isTrue();
        }
    }

    /** 3 MB. */
    private static VectorSchemaRoot spine(FlightNode node) {
        Long[] times = new Long[20_000];
        String[] texts = new String[times.length];
        Arrays.fill(times, FlightNode.NOW);
        Arrays.fill(texts, "x".repeat(140));
        return new Table(node.allocator())
                .times("ts", times)
                .texts("faa", texts)
                .root();
    }
}
