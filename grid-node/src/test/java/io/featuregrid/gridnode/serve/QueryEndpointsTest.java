package io.featuregrid.gridnode.serve;

import static io.featuregrid.gridnode.serve.RunningPort.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueryEndpointsTest {
    private static final String ONLINE = "/v1/query/online";
    private static final String BULK = "/v1/query/bulk";
    private static final String[] SETS = {
        """
        {'name': 'flight', 'key': ['id'], 'features': [
          {'name': 'id', 'type': 'int64'}, {'name': 'delay', 'type': 'float64', 'nullable': true},
          {'name': 'tail', 'type': 'string', 'nullable': true}, {'name': 'late', 'type': 'bool', 'nullable': true},
          {'name': 'seen', 'type': 'timestamp', 'nullable': true}, {'name': 'day', 'type': 'date', 'nullable': true},
          {'name': 'stops', 'type': 'int64', 'default': 3, 'max_staleness_us': 60000000}],
         'relations': [{'name': 'plane', 'set': 'plane', 'on': {'tail': 'tail'}}]}
        """, """
        {'name': 'plane', 'key': ['tail'], 'features': [
          {'name': 'tail', 'type': 'string'}, {'name': 'seats', 'type': 'int64', 'nullable': true}]}
        """, """
        {'name': 'seat', 'key': ['flight', 'place'], 'features': [
          {'name': 'flight', 'type': 'int64'}, {'name': 'place', 'type': 'string'},
          {'name': 'price', 'type': 'float64', 'nullable': true}]}
        """, "{'name': 'world', 'features': [{'name': 'fuel', 'type': 'float64', 'nullable': true}]}"
    };

    private final HeapNode node = new HeapNode(true, SETS);

    @AfterEach
    void close() {
        node.close();
    }

    private void fill() {
        node.ask("/v1/upload", """
                {'observed_at': '2013-01-01T09:59:30Z', 'rows': [
                  {'flight.id': 1, 'flight.delay': 2.5, 'flight.tail': 'N\\t1', 'flight.late': true,
                   'flight.seen': '2012-12-31T23:59:59.5Z', 'flight.day': '2012-12-31', 'flight.stops': 1},
                  {'flight.id': 2, 'flight.delay': null, 'flight.tail': 'N2'},
                  {'plane.tail': 'N\\t1', 'plane.seats': 55},
                  {'seat.flight': 1, 'seat.place': '7A', 'seat.price': 'Infinity'},
                  {'world.fuel': 1e300}]}
                """);
    }

    @Test
    void everyOutputIsAnItemInTheOrderOfTheRequest() {
        fill();
        JsonNode reply = node.ask(ONLINE, """
                {'inputs': {'flight.id': 1, 'seat.flight': 1, 'seat.place': '7A'},
                 'outputs': ['flight.id', 'flight.delay', 'flight.tail', 'flight.late', 'flight.seen', 'flight.day',
                             'flight.stops', 'flight.plane.seats', 'seat.price', 'world.fuel', 'flight.plane.tail']}
                """);

        assertThat(reply.path("data")).isEqualTo(json("""
                [{"field": "flight.id", "value": 1, "pkey": 1, "error": null, "valid": true, "ts": null},
                 {"field": "flight.delay", "value": 2.5, "pkey": 1, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.tail", "value": "N\\t1", "pkey": 1, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.late", "value": true, "pkey": 1, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.seen", "value": "2012-12-31T23:59:59.500Z", "pkey": 1, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.day", "value": "2012-12-31", "pkey": 1, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.stops", "value": 1, "pkey": 1, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.plane.seats", "value": 55, "pkey": "N\\t1", "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "seat.price", "value": "Infinity", "pkey": [1, "7A"], "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "world.fuel", "value": 1e300, "pkey": null, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.plane.tail", "value": "N\\t1", "pkey": "N\\t1", "error": null, "valid": true, "ts": null}]
                """));
        assertThat(reply.path("errors").isNull()).isTrue();
    }

    @Test
    void theAnswerTellsWhatItIs() {
        fill();
        String query =
                "{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay'], 'explain': true, 'include_meta': true,"
                        + " 'context': {'environment': 'test'}, 'unknown': [{}]}";
        HttpResponse<String> response = node.post(ONLINE, query);
        JsonNode meta = json(response).path("meta");

        List<String> names = new ArrayList<>();
        meta.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .containsExactly(
                        "execution_duration_s",
                        "deployment_id",
                        "environment_id",
                        "query_id",
                        "query_timestamp",
                        "query_hash",
                        "trace_id",
                        "explain_output",
                        "explain_plan",
                        "missed_plan_cache");
        assertThat(meta.path("execution_duration_s").isDouble()).isTrue();
        assertThat(meta.path("query_timestamp").textValue()).isEqualTo(HeapNode.NOW);
        assertThat(meta.path("environment_id").textValue()).isEqualTo("test");
        assertThat(meta.path("trace_id").textValue())
                .isEqualTo(response.headers().firstValue("x-chalk-trace-id").orElseThrow());
        assertThat(meta.path("explain_output").textValue())
                .contains("stage 1:\n  read 'flight' for flight by id = given flight.id\n    delay of any age");
        assertThat(meta.path("missed_plan_cache").booleanValue()).isTrue();
        assertThat(json(response).path("data").path(0).path("meta")).isEqualTo(json("""
                {"chosen_resolver_fqn": null, "cache_hit": true, "primitive_type": "float64", "version": null}
                """));

        JsonNode again = node.ask(ONLINE, query.replace(": 1}", ": 2}")).path("meta");
        assertThat(again.path("missed_plan_cache").booleanValue()).isFalse();
        assertThat(again.path("query_hash")).isEqualTo(meta.path("query_hash"));
        assertThat(again.path("query_id")).isNotEqualTo(meta.path("query_id"));
    }

    @Test
    void missingIsNotValidAndShowsItsDefaultAndACarriedNullIsValid() {
        fill();
        String query =
                "{'inputs': {'flight.id': %s}, 'outputs': ['flight.delay', 'flight.stops', 'flight.plane.seats', 'flight.plane.tail'] %s}";
        assertThat(node.ask(ONLINE, query.formatted("2", "")).path("data")).isEqualTo(json("""
                [{"field": "flight.delay", "value": null, "pkey": 2, "error": null, "valid": true, "ts": "2013-01-01T09:59:30Z"},
                 {"field": "flight.stops", "value": 3, "pkey": 2, "error": null, "valid": false, "ts": null},
                 {"field": "flight.plane.seats", "value": null, "pkey": "N2", "error": null, "valid": false, "ts": null},
                 {"field": "flight.plane.tail", "value": null, "pkey": "N2", "error": null, "valid": false, "ts": null}]
                """));
        assertThat(values(query.formatted("2", ", 'defaults': false"))).containsExactly("null", "null", "null", "null");
        assertThat(values(query.formatted("null", ""))).containsExactly("null", "3", "null", "null");
    }

    @Test
    void nowAndStalenessSayWhichValuesAreFresh() {
        fill();
        String query = "{'inputs': {'flight.id': 1}, 'outputs': ['flight.stops'] %s}";
        assertThat(values(query.formatted(", 'now': '2013-01-01T10:00:30Z'"))).containsExactly("1");
        assertThat(values(query.formatted(", 'now': '2013-01-01T10:00:30.000001Z'")))
                .containsExactly("3");
        assertThat(values(query.formatted(", 'now': '2013-01-01T12:00:00Z', 'staleness': {'flight.stops': '1d'}")))
                .containsExactly("1");
        assertThat(values(query.formatted(", 'now': '2013-01-01T09:59:29Z'"))).containsExactly("3");
        assertThat(values(query.formatted(", 'staleness': {'flight.stops': '30s'}")))
                .containsExactly("1");
        assertThat(values(query.formatted(", 'staleness': {'flight.stops': '29s'}")))
                .containsExactly("3");
    }

    @Test
    void aGivenValueOrLinkTakesThePlaceOfTheStoredOne() {
        fill();
        assertThat(values("{'inputs': {'flight.id': 2, 'flight.tail': 'N\\t1', 'flight.delay': 'NaN'},"
                        + " 'outputs': ['flight.delay', 'flight.plane.seats']}"))
                .containsExactly("\"NaN\"", "55");
        assertThat(values("{'inputs': {'flight.tail': 'N\\t1'}, 'outputs': ['flight.plane.seats']}"))
                .containsExactly("55");
    }

    @Test
    void bulkIsColumns() {
        fill();
        JsonNode reply = node.ask(BULK, """
                {'inputs': {'flight.id': [2, 1, null, 1, 9]}, 'outputs': ['flight.delay', 'flight.stops', 'flight.plane.seats']}
                """);
        assertThat(reply.path("data")).isEqualTo(json("""
                {"flight.delay": [null, 2.5, null, 2.5, null], "flight.stops": [3, 1, 3, 1, 3],
                 "flight.plane.seats": [null, 55, null, 55, null]}
                """));
        assertThat(reply.path("errors").isNull()).isTrue();
        assertThat(reply.path("meta").path("missed_plan_cache").booleanValue()).isTrue();
        assertThat(node.ask(BULK, "{'inputs': {'flight.id': []}, 'outputs': ['flight.delay']}")
                        .path("data"))
                .isEqualTo(json("{\"flight.delay\": []}"));
    }

    @Test
    void whatIsWrongWithARequestIsToldWithItsCodeBeforeAnythingRuns() {
        refused("{'inputs': {'flight.id': 1}, 'outputs': ['flight.speed']}", "PARSE_FAILED");
        refused("{'inputs': {'flight.id': 1}, 'outputs': ['flight']}", "PARSE_FAILED");
        refused("{'inputs': {}, 'outputs': ['flight.delay']}", "RESOLVER_NOT_FOUND");
        refused("{'inputs': {'seat.flight': 1}, 'outputs': ['seat.price']}", "INVALID_QUERY");
        refused("{'inputs': {'plane.tail': 42}, 'outputs': ['plane.seats']}", "VALIDATION_FAILED");
        refused("{'inputs': {'flight.id': 'one'}, 'outputs': ['flight.delay']}", "VALIDATION_FAILED");
        refused("{'inputs': {'flight.id': 'NaN'}, 'outputs': ['flight.delay']}", "VALIDATION_FAILED");
        refused("{'inputs': {'flight.id': 1.5}, 'outputs': ['flight.delay']}", "VALIDATION_FAILED");
        refused(
                "{'inputs': {'flight.id': 1, 'flight.delay': 'fast'}, 'outputs': ['flight.delay']}",
                "VALIDATION_FAILED");
        refused("{'inputs': {'flight.id': NaN}, 'outputs': ['flight.delay']}", "PARSE_FAILED");
        refused("{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay'", "PARSE_FAILED");
        refused("{'inputs': {'flight.id': 1, 'flight.id': 2}, 'outputs': ['flight.delay']}", "PARSE_FAILED");
        refused("[]", "PARSE_FAILED");
        refused("", "PARSE_FAILED");
        refused("{'inputs': {'flight.id': 1}, 'outputs': []}", "INVALID_QUERY");
        refused("{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay'], 'branch_id': 'mine'}", "INVALID_QUERY");
        refused(
                "{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay'], 'staleness': {'flight.delay': '10x'}}",
                "INVALID_QUERY");
        refused("{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay'], 'now': 'soon'}", "INVALID_QUERY");
        assertThat(node.port.get(ONLINE).statusCode()).isEqualTo(405);

        JsonNode both =
                refused("{'inputs': {'flight.id': 'one'}, 'outputs': ['flight.speed', 'plane.seats']}", "PARSE_FAILED");
        assertThat(both.path("errors"))
                .extracting(error -> error.path("code").textValue())
                .containsExactly("PARSE_FAILED", "RESOLVER_NOT_FOUND", "VALIDATION_FAILED");
        assertThat(both.path("errors").path(0).size()).isEqualTo(8);
        assertThat(node.metrics.counter("query.errors").getCount()).isPositive();
    }

    @Test
    void aQueryTooLargeIsRefused() {
        String many = String.join(",", Collections.nCopies(HeapNode.MOST_NAMES + 1, "'flight.delay'"));
        HttpResponse<String> names = node.post(ONLINE, "{'inputs': {'flight.id': 1}, 'outputs': [" + many + "]}");
        assertThat(names.statusCode()).isEqualTo(413);
        assertThat(json(names).path("errors").path(0).path("code").textValue()).isEqualTo("TOO_LARGE");

        String ids = String.join(",", Collections.nCopies(HeapNode.MOST_VALUES + 1, "1"));
        HttpResponse<String> values =
                node.post(BULK, "{'inputs': {'flight.id': [" + ids + "]}, 'outputs': ['flight.delay']}");
        assertThat(values.statusCode()).isEqualTo(413);

        assertThat(node.post(ONLINE, " ".repeat(HeapNode.MOST_BODY_BYTES + 1)).statusCode())
                .isEqualTo(413);
    }

    @Test
    void bulkRefusesColumnsThatDoNotFit() {
        refused(BULK, "{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay']}", "INVALID_QUERY");
        refused(
                BULK,
                "{'inputs': {'flight.id': [1, 2], 'flight.delay': [1]}, 'outputs': ['flight.delay']}",
                "INVALID_QUERY");
        JsonNode reply =
                refused(BULK, "{'inputs': {'flight.id': [1, 'x']}, 'outputs': ['flight.delay']}", "VALIDATION_FAILED");
        assertThat(reply.path("message").textValue())
                .isEqualTo("'flight.id' is \"x\" in row 1 (expected a value of type int64)");
    }

    @Test
    void everythingIsCounted() {
        fill();
        node.ask(ONLINE, "{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay', 'flight.stops', 'flight.id']}");
        node.ask(ONLINE, "{'inputs': {'flight.id': 9}, 'outputs': ['flight.delay', 'flight.stops', 'flight.id']}");
        node.ask(BULK, "{'inputs': {'flight.id': [1, 9]}, 'outputs': ['flight.delay']}");

        assertThat(node.metrics.timer("query.online").getCount()).isEqualTo(2);
        assertThat(node.metrics.timer("query.bulk").getCount()).isEqualTo(1);
        assertThat(node.metrics.counter("online.hits").getCount()).isEqualTo(3);
        assertThat(node.metrics.counter("online.misses").getCount()).isEqualTo(3);
        assertThat(node.metrics.counter("query.plan.cache.hits").getCount()).isEqualTo(1);
        assertThat(node.metrics.counter("query.plan.cache.misses").getCount()).isEqualTo(2);
        assertThat(node.metrics
                        .histogram("online.staleness.served.seconds")
                        .getSnapshot()
                        .getMax())
                .isEqualTo(30);
    }

    @Test
    void anAnswerAfterItsDeadlineIsNone() throws InterruptedException {
        HttpSettings settings = new HttpSettings("127.0.0.1", 0, HeapNode.MOST_BODY_BYTES, 4);
        Runnable untilTwoMillisecondsHavePassed = () -> {
            long start = System.nanoTime();
            while (System.nanoTime() - start < 2_000_000) {
                Thread.onSpinWait();
            }
        };
        try (HeapNode slow = new HeapNode(settings, false, untilTwoMillisecondsHavePassed, SETS)) {
            HttpResponse<String> late =
                    slow.post(ONLINE, "{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay'], 'deadline_ms': 1}");
            assertThat(late.statusCode()).isEqualTo(504);
            assertThat(json(late).path("errors").path(0).path("code").textValue())
                    .isEqualTo("DEADLINE_EXCEEDED");
            slow.ask(ONLINE, "{'inputs': {'flight.id': 1}, 'outputs': ['flight.delay'], 'deadline_ms': 3600000}");
        }
    }

    private List<String> values(String query) {
        List<String> values = new ArrayList<>();
        node.ask(ONLINE, query)
                .path("data")
                .forEach(item -> values.add(item.path("value").toString()));
        return values;
    }

    private JsonNode refused(String query, String code) {
        return refused(ONLINE, query, code);
    }

    private JsonNode refused(String path, String query, String code) {
        HttpResponse<String> reply = node.post(path, query);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
        assertThat(json(reply).path("errors").path(0).path("code").textValue())
                .as(reply.body())
                .isEqualTo(code);
        return json(reply);
    }
}
