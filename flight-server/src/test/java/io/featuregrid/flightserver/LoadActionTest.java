package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The action {@code load}: history into the grid, with a word now and then on how far it is. */
class LoadActionTest {
    @TempDir
    private Path home;

    private FlightNode node;

    @BeforeEach
    void start() {
        node = new FlightNode(home);
        try (VectorSchemaRoot rows = new Table(node.allocator())
                .texts("faa", "JFK", "LGA", "EWR", "JFK")
                .integers("wind", 1L, 2L, 3L, 4L)
                .root()) {
            node.put("airport", "{'observed_at': '2013-01-02'}", rows);
        }
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void progressIsStreamedAndTheEndIsSaid() {
        List<JsonNode> results = run("{\"set\": \"airport\", \"as_of\": \"now\"}");
        JsonNode last = results.removeLast();
        assertThat(last.toString()).isEqualTo("{\"rows\":3,\"as_of\":\"2013-06-01T00:00:00Z\"}");
        assertThat(results.getLast().toString()).isEqualTo("{\"rows\":3,\"buckets\":16,\"of\":16}");
        assertThat(results).extracting(result -> result.path("buckets").asInt()).isSorted();
        assertThat(run("{\"set\": \"airport\"}").getLast()).isEqualTo(last);
    }

    @Test
    void anEarlierTimeIsLoadedToo() {
        assertThat(run("{\"set\": \"airport\", \"as_of\": \"2013-01-01\"}")
                        .getLast()
                        .toString())
                .isEqualTo("{\"rows\":0,\"as_of\":\"2013-01-01T00:00:00Z\"}");
    }

    @Test
    void mistakesAreRefused() {
        refuses("{}", "INVALID_QUERY: the body of the action 'load' is {}");
        refuses("{\"set\": \"moon\"}", "PARSE_FAILED: there is no set 'moon' (expected one of [airport, flight])");
        refuses(
                "{\"set\": \"airport\", \"as_of\": \"then\"}",
                "INVALID_QUERY: the body of the action 'load' has as_of");
        refuses("{\"set\": \"airport\", \"asof\": \"now\"}", "INVALID_QUERY: the body of the action 'load' has 'asof'");
        refuses(
                "{\"set\": \"airport\", \"as_of\": \"2113-01-01\"}",
                "INVALID_QUERY: the load of 'airport' is as of 2113");
    }

    private void refuses(String body, String message) {
        assertThatThrownBy(() -> run(body))
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageStartingWith(message);
    }

    private List<JsonNode> run(String body) {
        List<JsonNode> results = new ArrayList<>();
        node.client()
                .doAction(new Action("load", body.getBytes(StandardCharsets.UTF_8)))
                .forEachRemaining(result -> results.add(FlightNode.json(result.getBody())));
        return results;
    }
}
