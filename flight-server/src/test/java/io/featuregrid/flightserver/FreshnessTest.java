package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged before a read is drained before it, unless the reader does not ask for that. */
@SuppressWarnings("try") // Flight's streams may be interrupted when they are closed
class FreshnessTest {
    private static final String COMMAND =
            "{'type': 'training_set', 'time': 'ts', 'keys': {'flight.id': 'id'}, 'features':"
                    + " ['flight.distance', 'flight.from_airport.wind']";

    @TempDir
    private Path home;

    private FlightNode node;

    @BeforeEach
    void start() {
        node = new FlightNode(home);
        node.drain().setUndrained(7);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void theSetsOfATrainingSetAreDrainedFirst() throws Exception {
        assertThat(undrained(COMMAND + "}")).isZero();
        assertThat(node.drain().drained()).containsExactly(List.of("flight", "airport"));
    }

    @Test
    void aTrainingSetThatNeedNotBeFreshSaysWhatItMayMiss() throws Exception {
        assertThat(undrained(COMMAND + ", 'fresh': false}")).isEqualTo(7);
        assertThat(node.drain().drained()).isEmpty();
    }

    @Test
    void aDrainThatTakesTooLongIsAnError() {
        node.drain().setSlow();
        assertThatThrownBy(() -> undrained(COMMAND + "}"))
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageStartingWith("UPSTREAM_FAILED: the log was not drained within 10 s");
    }

    @Test
    void aHistoryIsDrainedUnlessItsTicketSaysNo() throws Exception {
        read("{\"path\": [\"history\", \"airport\"], \"fresh\": false}");
        assertThat(node.drain().drained()).isEmpty();
        read("{\"path\": [\"history\", \"airport\"]}");
        assertThat(node.drain().drained()).containsExactly(List.of("airport"));
        assertThatThrownBy(() -> read("{\"path\": [\"history\", \"airport\"], \"fresh\": 1}"))
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageStartingWith("INVALID_QUERY: the ticket has fresh 1 (expected true or false)");
    }

    @Test
    void whatComesInAndGoesOutIsMeasured() throws Exception {
        assertThat(undrained(COMMAND + "}")).isZero();
        assertThat(node.metrics().meter("flight.bytes.in").getCount()).isPositive();
        assertThat(node.metrics().meter("flight.bytes.out").getCount()).isPositive();
        assertThat(node.metrics().timer("history.join").getCount()).isEqualTo(1);
        assertThat(node.metrics().meter("history.join.rows").getCount()).isEqualTo(1);
    }

    private void read(String ticket) throws Exception {
        try (FlightStream stream = node.client().getStream(new Ticket(ticket.getBytes(StandardCharsets.UTF_8)))) {
            Answer.read(stream);
        }
    }

    private long undrained(String command) throws Exception {
        try (VectorSchemaRoot spine = new Table(node.allocator())
                .times("ts", FlightNode.NOW)
                .integers("id", 1L)
                .root()) {
            return Objects.requireNonNull(Answer.exchange(node, command, spine).report())
                    .path("undrained")
                    .asLong();
        }
    }
}
