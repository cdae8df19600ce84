package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient.ExchangeReaderWriter;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A refusal says what is wrong, in the status and as JSON behind it. */
@SuppressWarnings("try") // Flight's streams may be interrupted when they are closed
class RefusedCallsTest {
    @TempDir
    private Path home;

    private FlightNode node;

    @BeforeEach
    void start() {
        node = new FlightNode(home);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void anErrorIsAStatusWithDetails() {
        CallHeaders headers = new FlightCallHeaders();
        headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        FlightRuntimeException refusal = catchThrowableOfType(
                FlightRuntimeException.class,
                () -> node.client()
                        .getInfo(FlightDescriptor.path("history", "nothing"), new HeaderCallOption(headers)));

        assertThat(refusal.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
        assertThat(refusal).hasMessage("PARSE_FAILED: there is no set 'nothing' (expected one of [airport, flight])");
        JsonNode details = details(refusal);
        assertThat(details.path("code").textValue()).isEqualTo("PARSE_FAILED");
        assertThat(details.path("category").textValue()).isEqualTo("request");
        assertThat(details.path("message").textValue()).startsWith("there is no set 'nothing'");
        assertThat(details.path("feature").isNull()).isTrue();
        assertThat(details.path("resolver").isNull()).isTrue();
        assertThat(details.path("errors")).hasSize(1);
        assertThat(details.path("trace_id").textValue()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(refusal.status().metadata().get("traceparent")).startsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-");
    }

    @Test
    void aConflictIsOneForFlightToo() {
        try (VectorSchemaRoot one =
                        new Table(node.allocator()).texts("faa", "JFK").root();
                VectorSchemaRoot two =
                        new Table(node.allocator()).texts("faa", "JFK", "LGA").root()) {
            node.put("airport", "{'ingest_id': 'same'}", one);
            assertThatThrownBy(() -> node.put("airport", "{'ingest_id': 'same'}", two))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            refusal -> assertThat(refusal.status().code()).isEqualTo(FlightStatusCode.ALREADY_EXISTS))
                    .hasMessageStartingWith("CONFLICT: ");
        }
    }

    /** Clients refuse trailers above 8 KiB and then show nothing of the error at all. */
    @Test
    void aLongErrorIsCutToWhatClientsTake() {
        String unknown = "naïve".repeat(2_000);
        FlightRuntimeException refusal = catchThrowableOfType(
                FlightRuntimeException.class, () -> node.client().getInfo(FlightDescriptor.path("history", unknown)));

        assertThat(refusal).hasMessageStartingWith("PARSE_FAILED: there is no set 'naïve");
        assertThat(details(refusal).path("errors")).hasSize(1);
        assertThat(refusal.status().metadata().getByte("grpc-status-details-bin"))
                .hasSizeLessThan(4_000);
    }

    /** The name of a feature stands in the details by itself, and is whatever the client wrote. */
    @Test
    void aLongNameIsCutTooWhereItStandsAlone() throws Exception {
        try (VectorSchemaRoot spine =
                        new Table(node.allocator()).times("ts", FlightNode.NOW).root();
                ExchangeReaderWriter exchange = node.client()
                        .doExchange(
                                FlightNode.trainingSet("{'type': 'training_set', 'time': 'ts', 'features': ['airport."
                                        + "x".repeat(70_000) + "']}"))) {
            exchange.getWriter().start(spine);
            exchange.getWriter().putNext();
            FlightRuntimeException refusal = catchThrowableOfType(
                    FlightRuntimeException.class, () -> exchange.getReader().next());
            assertThat(refusal).hasMessageStartingWith("PARSE_FAILED: ");
            assertThat(details(refusal).path("feature").textValue())
                    .startsWith("airport.xxx")
                    .endsWith("...");
        }
    }

    @Test
    void whatIsNotKnownIsRefusedWithAWord() {
        assertRefused(
                FlightDescriptor.path("dataset", "x"), "INVALID_QUERY: the path is [dataset, x] (datasets are not");
        assertRefused(FlightDescriptor.path("history"), "INVALID_QUERY: the path is [history] (expected");
        assertRefused(
                FlightNode.trainingSet("{'type': 'training_set', 'time': 'ts', 'features': ['airport.wind']}"),
                "INVALID_QUERY: a training set is got (expected it in an exchange");
        assertRefused(FlightNode.trainingSet("{'type': 'other'}"), "INVALID_QUERY: the command's type is \"other\"");
        assertRefused(FlightNode.trainingSet("{'type': "), "PARSE_FAILED: the command is no JSON");
        assertRefused(FlightNode.trainingSet("{} {}"), "PARSE_FAILED: the command goes on behind its JSON value");
        assertThatThrownBy(() -> node.client()
                        .getStream(new Ticket("{\"path\": 7}".getBytes(StandardCharsets.UTF_8)))
                        .next())
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageStartingWith("PARSE_FAILED: the ticket is {\"path\":7}");
    }

    /** The mistake is answered although the client still sends, and the client sees it. */
    @Test
    void aMistakeIsAnsweredBeforeTheSpineHasBeenSentInVain() throws Exception {
        try (VectorSchemaRoot spine =
                        new Table(node.allocator()).times("ts", FlightNode.NOW).root();
                ExchangeReaderWriter exchange = node.client()
                        .doExchange(FlightNode.trainingSet(
                                "{'type': 'training_set', 'time': 'when', 'features': ['airport.wind']}"))) {
            exchange.getWriter().start(spine);
            exchange.getWriter().putNext();
            assertThatThrownBy(() -> exchange.getReader().next())
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageStartingWith("INVALID_QUERY: time of the training set is the spine column 'when'");
        }
    }

    @Test
    void aStreamThatEndsBeforeItsSchemaIsRefused() throws Exception {
        try (ExchangeReaderWriter exchange = node.client()
                .doExchange(FlightNode.trainingSet(
                        "{'type': 'training_set', 'time': 'ts', 'features': ['airport.wind']}"))) {
            exchange.getWriter().completed();
            assertThatThrownBy(() -> exchange.getReader().next())
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageStartingWith("INVALID_QUERY: the spine ended before its schema");
        }
    }

    private void assertRefused(FlightDescriptor descriptor, String message) {
        assertThatThrownBy(() -> node.client().getInfo(descriptor))
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageStartingWith(message);
    }

    private static JsonNode details(FlightRuntimeException refusal) {
        return FlightNode.json(refusal.status().metadata().getByte("grpc-status-details-bin"));
    }
}
