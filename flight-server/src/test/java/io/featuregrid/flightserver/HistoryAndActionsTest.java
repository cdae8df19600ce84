package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // Flight's streams may be interrupted when they are closed
class HistoryAndActionsTest {
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
    void aHistoryIsReadAsItsInfoSays() throws Exception {
        try (VectorSchemaRoot rows = new Table(node.allocator())
                .texts("faa", "JFK", "LGA", "JFK")
                .integers("wind", 1L, 2L, 3L)
                .root()) {
            node.put("airport", "{'observed_at': '2013-01-01'}", rows);
        }
        FlightInfo info = node.client().getInfo(FlightDescriptor.path("history", "airport"));
        assertThat(info.getEndpoints()).hasSize(1);
        try (FlightStream stream =
                node.client().getStream(info.getEndpoints().getFirst().getTicket())) {
            Answer answer = Answer.read(stream);

            assertThat(answer.schema()).isEqualTo(info.getSchemaOptional().orElseThrow());
            assertThat(answer.column("wind")).containsExactlyInAnyOrder(1L, 2L, 3L);
            assertThat(answer.column("__origin")).containsOnly("ingest");
            assertThat(answer.column("__observed_at")).containsOnly(1_356_998_400_000_000L);
        }
    }

    @Test
    void aReaderOfAHistoryMayLeaveBeforeItsEnd() throws Exception {
        Long[] numbers = new Long[300_000];
        String[] keys = new String[numbers.length];
        for (int row = 0; row < numbers.length; row++) {
            numbers[row] = (long) row;
            keys[row] = "key " + row;
        }
        try (VectorSchemaRoot rows = new Table(node.allocator())
                .texts("faa", keys)
                .integers("wind", numbers)
                .root()) {
            node.put("airport", "{'observed_at': '2013-01-01'}", rows);
        }
        FlightInfo info = node.client().getInfo(FlightDescriptor.path("history", "airport"));
        try (FlightStream stream =
                node.client().getStream(info.getEndpoints().getFirst().getTicket())) {
            assertThat(stream.next()).isTrue();
            stream.cancel("enough", null);
        }
    }

    @Test
    void historiesAreListed() {
        List<List<String>> paths = new ArrayList<>();
        node.client()
                .listFlights(Criteria.ALL)
                .forEach(info -> paths.add(info.getDescriptor().getPath()));
        assertThat(paths).containsExactly(List.of("history", "airport"), List.of("history", "flight"));
    }

    @Test
    void actionsAreListedAndAnswer() {
        List<String> names = new ArrayList<>();
        for (ActionType action : node.client().listActions()) {
            names.add(action.getType());
            assertThat(action.getDescription()).isNotBlank();
        }
        assertThat(names).containsExactly("catalog", "explain", "load");
        assertThat(FlightNode.json(run("catalog", "")).path("sets")).hasSize(2);
    }

    @Test
    void aPlanIsExplained() {
        byte[] plan = run("explain", """
                {"spine": ["ts", "flight_id", "amount"],
                 "command": {"type": "training_set", "time": "ts", "delay": "1h", "cutoff": "spine",
                             "keys": {"flight.id": "flight_id"}, "inputs": {"flight.distance": "amount"},
                             "required": ["flight.distance"],
                             "features": ["flight.from_airport.wind", "flight.distance", "flight.from_airport.faa"]}}
                """);
        assertThat(new String(plan, StandardCharsets.UTF_8)).isEqualTo("""
                training set, catalog version 1
                T is the spine column 'ts'; seen is what has observed_at <= T - 1h and inserted_at <= T
                look-ups:
                  1. flight: set 'flight', id = the spine column 'flight_id'
                     reads origin
                  2. flight.from_airport: set 'airport', faa = observations of 'origin', look-up 1
                     reads wind; and whether there is a row
                outputs:
                  flight.from_airport.wind: int64 from observations of 'wind', look-up 2; MISSING shows as -1
                  flight.distance: int64 from the spine column 'amount', given; MISSING drops the row
                  flight.from_airport.faa: string from the key 'faa' of look-up 2
                """);
    }

    @Test
    void anUnknownActionIsRefused() {
        assertThatThrownBy(() -> run("nothing", ""))
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageStartingWith(
                        "INVALID_QUERY: the action is 'nothing' (expected one of [catalog, explain, load])");
    }

    private byte[] run(String action, String body) {
        return node.client()
                .doAction(new Action(action, body.getBytes(StandardCharsets.UTF_8)))
                .next()
                .getBody();
    }
}
