package io.featuregrid.gridnode.serve;

import static io.featuregrid.gridnode.serve.RunningPort.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Origin;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UploadEndpointTest {
    private static final String UPLOAD = "/v1/upload";

    private final HeapNode node = new HeapNode(false, """
            {'name': 'flight', 'key': ['id'], 'feature_time': 'ts', 'features': [
              {'name': 'id', 'type': 'string'}, {'name': 'ts', 'type': 'timestamp'},
              {'name': 'delay', 'type': 'float64', 'nullable': true, 'min': 0, 'max': 100},
              {'name': 'stops', 'type': 'int64'}]}
            """, """
            {'name': 'plane', 'key': ['tail'], 'features': [
              {'name': 'tail', 'type': 'string'}, {'name': 'seats', 'type': 'int64', 'nullable': true},
              {'name': 'built', 'type': 'timestamp', 'nullable': true}]}
            """);

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void rowsCarryWhatTheyNameAndTheClockSaysWhen() {
        HttpResponse<String> reply = node.post(UPLOAD, """
                {'rows': [{'flight.id': 'a', 'flight.delay': 1.5, 'plane.tail': 'N1', 'plane.seats': 7},
                          {'flight.id': 'b', 'flight.delay': null},
                          {'flight.id': 'a', 'flight.stops': 2}]}
                """);
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(json(reply).path("observations").intValue()).isEqualTo(4);
        assertThat(json(reply).path("inserted_at").textValue()).isEqualTo(HeapNode.NOW);
        assertThat(json(reply).path("trace_id").textValue())
                .isEqualTo(reply.headers().firstValue("x-chalk-trace-id").orElseThrow());
        assertThat(node.uploads.getFirst().origin()).isEqualTo(Origin.UPLOAD);

        assertThat(values("a", "flight.delay", "flight.stops")).containsExactly("1.5", "2");
        assertThat(values("b", "flight.delay", "flight.stops")).containsExactly("null", "null");
        assertThat(item("b", "flight.delay").path("valid").booleanValue()).isTrue();
        assertThat(item("b", "flight.stops").path("valid").booleanValue()).isFalse();
        assertThat(item("a", "flight.delay").path("ts").textValue()).isEqualTo(HeapNode.NOW);
    }

    @Test
    void columnsCarryAllThatTheyList() {
        node.ask(
                UPLOAD,
                "{'columns': {'flight.id': ['a', 'b'], 'flight.delay': [1, null]}, 'observed_at': '2013-01-01T09:00:00Z'}");
        assertThat(values("a", "flight.delay")).containsExactly("1.0");
        assertThat(item("a", "flight.delay").path("ts").textValue()).isEqualTo("2013-01-01T09:00:00Z");
        assertThat(item("b", "flight.delay").path("valid").booleanValue()).isTrue();
        assertThat(node.ask(UPLOAD, "{'columns': {'flight.id': [], 'flight.delay': []}}")
                        .path("observations")
                        .intValue())
                .isZero();
        assertThat(node.ask(UPLOAD, "{'rows': []}").path("observations").intValue())
                .isZero();
    }

    @Test
    void observedAtIsTheFeatureTimeOrAColumnOrATime() {
        node.ask(
                UPLOAD,
                "{'rows': [{'flight.id': 'a', 'flight.delay': 1, 'flight.ts': '2013-01-01T08:00:00Z'},"
                        + " {'flight.id': 'b', 'flight.delay': 2}]}");
        assertThat(item("a", "flight.delay").path("ts").textValue()).isEqualTo("2013-01-01T08:00:00Z");
        assertThat(item("b", "flight.delay").path("ts").textValue()).isEqualTo(HeapNode.NOW);

        node.ask(
                UPLOAD,
                "{'rows': [{'flight.id': 'c', 'flight.delay': 1, 'when': '2013-01-01T07:00:00Z'}], 'observed_at': 'when'}");
        assertThat(item("c", "flight.delay").path("ts").textValue()).isEqualTo("2013-01-01T07:00:00Z");

        node.ask(
                UPLOAD,
                "{'columns': {'plane.tail': ['N1'], 'plane.built': ['2013-01-01T06:00:00Z']}, 'observed_at': 'plane.built'}");
        JsonNode built = node.ask("/v1/query/online", "{'inputs': {'plane.tail': 'N1'}, 'outputs': ['plane.built']}")
                .path("data")
                .path(0);
        assertThat(built.path("ts")).isEqualTo(built.path("value"));

        refused(
                "{'rows': [{'flight.id': 'a', 'flight.ts': '2013-01-01T08:00:00Z'}], 'observed_at': '2013-01-01T08:00:00Z'}",
                "VALIDATION_FAILED");
        refused("{'rows': [{'flight.id': 'a', 'flight.ts': null}]}", "VALIDATION_FAILED");
        refused("{'rows': [{'flight.id': 'a'}], 'observed_at': 'when'}", "INVALID_QUERY");
        refused("{'rows': [{'flight.id': 'a', 'when': null}], 'observed_at': 'when'}", "VALIDATION_FAILED");
    }

    @Test
    void aTombstoneMakesMissingWhatItNamesOrAll() {
        node.ask(
                UPLOAD,
                "{'rows': [{'flight.id': 'a', 'flight.delay': 1, 'flight.stops': 2}, {'flight.id': 'b', 'flight.delay': 1, 'flight.stops': 2}]}");
        node.now.addAndGet(1_000_000);
        node.ask(
                UPLOAD,
                "{'rows': [{'flight.id': 'a', '__tombstone': true}, {'flight.id': 'b', 'flight.stops': 'ignored', '__tombstone': true}]}");
        assertThat(item("a", "flight.delay").path("valid").booleanValue()).isFalse();
        assertThat(item("b", "flight.delay").path("valid").booleanValue()).isTrue();
        assertThat(item("b", "flight.stops").path("valid").booleanValue()).isFalse();
        node.ask(UPLOAD, "{'columns': {'flight.id': ['b', 'c'], '__tombstone': [true, false]}}");
        assertThat(item("b", "flight.delay").path("valid").booleanValue()).isFalse();
    }

    @Test
    void anUploadIsTakenWholeOrNotAtAll() {
        String good = "{'flight.id': 'a', 'flight.delay': 1}";
        assertThat(refused("{'rows': [" + good + ", {'flight.id': 'b', 'flight.delay': 'late'}]}", "VALIDATION_FAILED"))
                .isEqualTo("'flight.delay' is \"late\" in row 1 (expected a value of type float64)");
        assertThat(refused("{'rows': [" + good + ", {'flight.id': 42}]}", "VALIDATION_FAILED"))
                .isEqualTo("'flight.id' is 42 in row 1 (expected a value of type string)");
        assertThat(refused("{'rows': [" + good + ", {'plane.tail': 'N1'}, {'flight.id': null}]}", "VALIDATION_FAILED"))
                .startsWith("'flight.id' is null in row 2");
        assertThat(refused("{'rows': [" + good + ", {'flight.delay': 3}]}", "VALIDATION_FAILED"))
                .startsWith("'flight.id' is missing in row 1");
        assertThat(refused("{'rows': [" + good + ", {'flight.id': 'b', 'flight.stops': null}]}", "VALIDATION_FAILED"))
                .startsWith("'flight.stops' is null in row 1");
        assertThat(refused("{'rows': [" + good + ", {'flight.id': 'b', 'flight.delay': 101}]}", "VALIDATION_FAILED"))
                .startsWith("'flight.delay' is 101.0 in row 1 (expected: a value in 0");
        assertThat(refused("{'rows': [" + good + ", {'flight.id': 'b', 'flight.delay': 'NaN'}]}", "VALIDATION_FAILED"))
                .startsWith("'flight.delay' is NaN in row 1");
        assertThat(refused(
                        "{'rows': [" + good + ", {'flight.id': 'b', 'flight.ts': '2013-01-01T10:01:01Z'}]}",
                        "VALIDATION_FAILED"))
                .startsWith(
                        "'flight.ts' is 2013-01-01T10:01:01Z in row 1 (expected: observed_at at most a little later");
        refused("{'rows': [" + good + "], 'observed_at': '2013-01-01T10:01:01Z'}", "VALIDATION_FAILED");
        assertThat(node.uploads).isEmpty();
        node.ask(UPLOAD, "{'rows': [" + good + "], 'observed_at': '2013-01-01T10:01:00Z'}");
    }

    @Test
    void anythingElseThatIsWrongIsTold() {
        refused("{'rows': [{'flight.speed': 1, 'nowhere.x': 1, 'x': 2}]}", "PARSE_FAILED");
        refused("{'rows': [{'flight.plane.seats': 1}]}", "PARSE_FAILED");
        refused("{'columns': {'flight.delay': [1]}}", "INVALID_QUERY");
        refused("{'columns': {'flight.id': ['a'], 'flight.delay': [1, 2]}}", "INVALID_QUERY");
        refused("{'columns': {'flight.id': 'a'}}", "INVALID_QUERY");
        refused("{'rows': [3]}", "INVALID_QUERY");
        refused("{'rows': [{}]}", "INVALID_QUERY");
        refused("{}", "INVALID_QUERY");
        refused("{'rows': [], 'columns': {}}", "INVALID_QUERY");
        refused("{'rows': [], 'observedat': 'x'}", "INVALID_QUERY");
        refused("{'rows': [], 'ingest_id': 'has blanks'}", "INVALID_QUERY");
        refused("{'rows': [{'flight.id': 'a'", "PARSE_FAILED");
        refused("[]", "PARSE_FAILED");
    }

    @Test
    void anIngestIdReachesTheLog() {
        String upload = "{'rows': [{'flight.id': 'a', 'flight.delay': 1}], 'ingest_id': 'first'}";
        JsonNode first = node.ask(UPLOAD, upload);
        node.now.addAndGet(1_000_000);
        assertThat(node.ask(UPLOAD, upload).path("inserted_at")).isEqualTo(first.path("inserted_at"));
        assertThat(node.uploads).hasSize(1);
    }

    @Test
    void erasedEntitiesAreForgottenAndTheReplySaysWhatIsNot() {
        node.ask(
                UPLOAD,
                "{'rows': [{'flight.id': 'a', 'flight.delay': 1}, {'flight.id': 'b', 'flight.delay': 1}, {'plane.tail': 'N', 'plane.seats': 1}]}");
        HttpResponse<String> reply = node.delete("/v1/entities", "{'keys': [{'flight.id': 'a'}, {'plane.tail': 'N'}]}");
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        JsonNode erased = json(reply);
        assertThat(erased.path("erased").intValue()).isEqualTo(2);
        assertThat(erased.path("mark").path("inserted_at").textValue()).startsWith("2013-01-01T10:00:00");
        assertThat(erased.path("mark").path("sequence").isIntegralNumber()).isTrue();
        assertThat(erased.path("note").textValue()).contains("Datasets and backups are not rewritten");
        assertThat(values("a", "flight.delay")).containsExactly("null");
        assertThat(values("b", "flight.delay")).containsExactly("1.0");

        for (String[] wrong : List.of(
                new String[] {"{'keys': []}", "INVALID_QUERY"},
                new String[] {"{'keys': [{}]}", "INVALID_QUERY"},
                new String[] {"{'keys': [7]}", "INVALID_QUERY"},
                new String[] {"{'keys': [{'flight.delay': 7}]}", "INVALID_QUERY"},
                new String[] {"{'keys': [{'what.id': 7}]}", "PARSE_FAILED"},
                new String[] {"{'keys': [{'flight.id': 7}]}", "VALIDATION_FAILED"},
                new String[] {"{'keys': [{'flight.id': null}]}", "VALIDATION_FAILED"})) {
            HttpResponse<String> refused = node.delete("/v1/entities", wrong[0]);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(json(refused).path("errors").path(0).path("code").textValue())
                    .as(wrong[0])
                    .isEqualTo(wrong[1]);
        }
    }

    private List<String> values(String id, String... outputs) {
        List<String> values = new ArrayList<>();
        for (String output : outputs) {
            values.add(item(id, output).path("value").toString());
        }
        return values;
    }

    private JsonNode item(String id, String output) {
        return node.ask("/v1/query/online", "{'inputs': {'flight.id': '" + id + "'}, 'outputs': ['" + output + "']}")
                .path("data")
                .path(0);
    }

    /** The message of a refusal of that code. */
    private String refused(String body, String code) {
        HttpResponse<String> reply = node.post(UPLOAD, body);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
        assertThat(json(reply).path("errors").path(0).path("code").textValue())
                .as(reply.body())
                .isEqualTo(code);
        return json(reply).path("message").textValue();
    }
}
