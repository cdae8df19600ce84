package io.featuregrid.gridnode.serve;

import static io.featuregrid.gridnode.serve.RunningPort.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.execute.Allowed;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpPortTest {
    private final RunningPort port = RunningPort.start(HttpPortTest::mount);

    private static void mount(HttpPort port) {
        port.mount(
                "/echo",
                Allowed.EVERYBODY,
                ApiFragment.FOR_PEOPLE,
                HttpHandler.of("POST", call -> HttpReply.json(call.json())));
        port.mount(
                "/flag",
                Allowed.EVERYBODY,
                ApiFragment.FOR_PEOPLE,
                call -> HttpReply.json(JsonNodeFactory.instance.booleanNode(call.flag("plan"))));
        port.mount("/two", Allowed.EVERYBODY, ApiFragment.FOR_PEOPLE, call -> {
            throw new FeatureGridException(List.of(
                    new Problem(ErrorCode.CONFLICT, "moved on"),
                    new Problem(ErrorCode.INVALID_QUERY, "no such type", "flight.distance")));
        });
        port.mount("/broken", Allowed.EVERYBODY, ApiFragment.FOR_PEOPLE, call -> {
            throw new IllegalStateException("a secret of the server");
        });
        port.mount("/exhausted", Allowed.EVERYBODY, ApiFragment.FOR_PEOPLE, call -> {
            throw new OutOfMemoryError("a secret of the server");
        });
    }

    @AfterEach
    void close() {
        port.close();
    }

    @Test
    void everyReplyCarriesItsTrace() {
        for (String path : List.of("/health", "/ready", "/flag", "/two", "/broken", "/nowhere")) {
            HttpResponse<String> reply = port.get(path);
            String trace = reply.headers().firstValue("x-chalk-trace-id").orElseThrow();
            assertThat(trace).as(path).matches("[0-9a-f]{32}");
            assertThat(reply.headers().firstValue("traceparent"))
                    .get()
                    .asString()
                    .as(path)
                    .matches("00-" + trace + "-[0-9a-f]{16}-01");
        }
    }

    @Test
    void theCallersTraceIsGoneOnWith() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        HttpResponse<String> reply =
                port.send(port.request("/two").header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"));

        assertThat(reply.headers().firstValue("x-chalk-trace-id")).hasValue(trace);
        assertThat(json(reply).path("trace").textValue()).isEqualTo(trace);
    }

    @Test
    void aRefusalListsEveryProblemWithTheStatusOfTheFirst() {
        HttpResponse<String> reply = port.get("/two");

        assertThat(reply.statusCode()).isEqualTo(409);
        JsonNode body = json(reply);
        assertThat(body.path("detail").textValue()).isEqualTo("CONFLICT: moved on");
        assertThat(body.path("message").textValue()).isEqualTo("moved on\nno such type");
        assertThat(body.path("errors")).hasSize(2);
        assertThat(body.path("errors").path(1)).isEqualTo(json("""
                {"code": "INVALID_QUERY", "category": "request", "message": "no such type", "feature": "flight.distance",
                 "resolver": null, "display_primary_key": null, "display_primary_key_fqn": null, "exception": null}
                """));
        assertThat(body.path("errors").path(0).path("feature").isNull()).isTrue();
    }

    @Test
    void anythingElseStaysOnTheServer() {
        for (String path : List.of("/broken", "/exhausted")) {
            HttpResponse<String> reply = port.get(path);

            assertThat(reply.statusCode()).isEqualTo(500);
            assertThat(reply.body()).doesNotContain("secret").doesNotContain("Exception");
            assertThat(code(reply)).isEqualTo("INTERNAL_SERVER_ERROR");
            assertThat(json(reply).path("message").textValue())
                    .contains(json(reply).path("trace").textValue());
        }
    }

    @Test
    void anUnknownPathAndAWrongMethodAreRefused() {
        assertThat(port.get("/nowhere").statusCode()).isEqualTo(404);
        assertThat(json(port.get("/nowhere")).path("message").textValue())
                .isEqualTo("path is /nowhere (expected one that this node serves)");
        assertThat(port.post("/nowhere", "{}").statusCode()).isEqualTo(404);

        HttpResponse<String> reply = port.get("/echo");
        assertThat(reply.statusCode()).isEqualTo(405);
        assertThat(reply.headers().firstValue("allow")).hasValue("POST");
        assertThat(code(reply)).isEqualTo("INVALID_QUERY");
    }

    @Test
    void aBodyThatIsNotOneJsonValueIsRefused() {
        for (String body :
                List.of("", "  ", "{\"sets\": [", "{\"a\": 1} {\"b\": 2}", "{\"a\": 1, \"a\": 2}", "nonsense")) {
            HttpResponse<String> reply = port.post("/echo", body);
            assertThat(reply.statusCode()).as(body).isEqualTo(400);
            assertThat(code(reply)).as(body).isEqualTo("PARSE_FAILED");
        }
        assertThat(json(port.post("/echo", "{\"sets\":\n [")).path("message").textValue())
                .contains("at line 2");
        assertThat(json(port.post("/echo", "[" + "[".repeat(600) + "]".repeat(600)))
                        .path("errors"))
                .hasSize(1);
    }

    @Test
    void queryParametersAreDecodedAndChecked() {
        assertThat(port.get("/flag").body()).isEqualTo("false");
        assertThat(port.get("/flag?plan=%74rue").body()).isEqualTo("true");
        assertThat(json(port.get("/flag?plan=yes")).path("message").textValue())
                .isEqualTo("plan is \"yes\" (expected true or false)");
    }

    @Test
    void whatIsNoHttpIsRefusedInTheSameShape() throws IOException {
        String reply = port.talk("GET /health HTTP/1.1 and more\r\nhost: a\r\n\r\n");

        assertThat(reply).matches("(?s)HTTP/1.[01] 400 .*").contains("x-chalk-trace-id");
        assertThat(json(reply.substring(reply.indexOf("\r\n\r\n")))
                        .path("errors")
                        .path(0)
                        .path("code")
                        .textValue())
                .isEqualTo("PARSE_FAILED");
        assertThat(port.talk("GET /health?" + "a".repeat(100_000) + " HTTP/1.1\r\nhost: a\r\n\r\n"))
                .matches("(?s)HTTP/1.[01] 400 .*")
                .contains("PARSE_FAILED");
        assertThat(port.talk("GET /flag?plan=%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("PARSE_FAILED");
    }

    @Test
    void pagesOfOtherSitesAreRefused() {
        assertThat(port.send(port.request("/flag").header("origin", "https://example.com"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(port.send(port.request("/flag").header("origin", "null")).statusCode())
                .isEqualTo(403);
        assertThat(port.send(port.request("/flag").header("origin", "http://127.0.0.1.example.com"))
                        .statusCode())
                .isEqualTo(403);
        for (String origin : List.of("http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080")) {
            assertThat(port.send(port.request("/flag").header("origin", origin)).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void readinessIsAskedEachTime() {
        AtomicReference<Optional<String>> reason = new AtomicReference<>(Optional.of("history is opening"));
        HttpSettings settings = new HttpSettings("127.0.0.1", 0, 10, 1);
        try (HttpPort other = new HttpPort(settings, reason::get, new SplittableRandom(1))) {
            String url = "http://127.0.0.1:" + other.open();
            HttpResponse<String> reply =
                    port.send(java.net.http.HttpRequest.newBuilder(java.net.URI.create(url + "/ready")));
            assertThat(reply.statusCode()).isEqualTo(503);
            assertThat(json(reply).path("reason").textValue()).isEqualTo("history is opening");

            reason.set(Optional.empty());
            assertThat(port.send(java.net.http.HttpRequest.newBuilder(java.net.URI.create(url + "/ready")))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aTakenPortIsAConflict() {
        HttpSettings settings = new HttpSettings("127.0.0.1", port.number(), 10, 1);
        try (HttpPort other = new HttpPort(settings, Optional::empty, new SplittableRandom(1))) {
            assertThatThrownBy(other::open)
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("CONFLICT: HTTP port 127.0.0.1:" + port.number() + " cannot be bound");
        }
    }

    private static String code(HttpResponse<String> reply) {
        return json(reply).path("errors").path(0).path("code").textValue();
    }
}
