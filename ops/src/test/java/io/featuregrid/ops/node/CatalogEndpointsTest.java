package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.ops.node.NodeClient.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogEndpointsTest {
    @TempDir
    private Path home;

    @SuppressWarnings("NullAway.Init")
    private Node node;

    @SuppressWarnings("NullAway.Init")
    private NodeClient client;

    @BeforeEach
    void start() {
        node = Node.start(new NodeLaunch(home, null, List.of()).onFreePorts());
        client = new NodeClient(node.address());
    }

    @AfterEach
    void close() {
        client.close();
        node.close();
    }

    @Test
    void anApplyTellsWhatItChanged() {
        Reply first = client.post("/v1/apply", Proposals.planes(0, "seats", "year"));
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.body().path("version").intValue()).isEqualTo(1);
        assertThat(first.body().path("added").toString())
                .isEqualTo("[\"plane\",\"plane.tailnum\",\"plane.seats\",\"plane.year\"]");
        assertThat(first.body().path("errors")).isEmpty();

        Reply second = client.post("/v1/apply", Proposals.planes(1, "seats"));
        assertThat(second.body().path("version").intValue()).isEqualTo(2);
        assertThat(second.body().path("removed").toString()).isEqualTo("[\"plane.year\"]");
        assertThat(second.body().path("details").path("plane.year").textValue()).contains("hidden");

        Reply same = client.post("/v1/apply", Proposals.planes(2, "seats"));
        assertThat(same.body().path("version").intValue()).isEqualTo(2);
        assertThat(same.body().path("added")).isEmpty();
        assertThat(client.version()).isEqualTo(2);
    }

    @Test
    void aPlanChangesNothing() {
        Reply plan = client.post("/v1/apply?plan=true", Proposals.planesWithoutBase("seats"));

        assertThat(plan.status()).isEqualTo(200);
        assertThat(plan.body().path("version").intValue()).isEqualTo(1);
        assertThat(plan.body().path("added")).hasSize(3);
        assertThat(client.version()).isZero();
    }

    @Test
    void aChangeStatesWhatItStartsFrom() {
        Reply reply = client.post("/v1/apply", Proposals.planesWithoutBase("seats"));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("INVALID_QUERY");
        assertThat(reply.message()).startsWith("base_version is missing (expected the version of GET /v1/catalog");
    }

    @Test
    void oneMistakeRefusesAllAndEveryMistakeIsTold() throws Exception {
        client.post("/v1/apply", Proposals.planes(0, "seats"));
        var before = client.get("/v1/catalog").body();

        Reply reply = client.post("/v1/apply", """
                {"base_version": 1, "sources": {"plane": "planes.py:3", "plane.seats": "planes.py:5"}, "sets": [
                  {"name": "carrier", "key": ["code"], "features": [{"name": "code", "type": "string"}]},
                  {"name": "plane", "key": ["tailnum"], "features": [
                    {"name": "tailnum", "type": "string"}, {"name": "seats", "type": "complex"},
                    {"name": "lambda", "type": "int64"}]}]}
                """);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body().path("errors")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(reply.body().path("errors").findValuesAsText("message"))
                .anyMatch(message -> message.startsWith("planes.py:5: ") && message.contains("complex"))
                .anyMatch(message -> message.contains("lambda"));
        assertThat(client.version()).isEqualTo(1);
        assertThat(client.get("/v1/catalog").body()).isEqualTo(before);
    }

    @Test
    void aTypeChangesOnlyAtAPrice() {
        client.post("/v1/apply", Proposals.planes(0, "seats"));
        String changed = Proposals.planes(1, "seats").replace("int64", "string");

        Reply refused = client.post("/v1/apply", changed);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.message()).startsWith("planes.py:5: type of 'plane.seats' changes");

        Reply replaced = client.post("/v1/apply", changed.replace("{\"base", "{\"replace\": true, \"base"));
        assertThat(replaced.status()).isEqualTo(200);
        assertThat(replaced.body().path("removed").toString()).isEqualTo("[\"plane.seats\"]");
        assertThat(replaced.body().path("added").toString()).isEqualTo("[\"plane.seats\"]");
    }

    @Test
    void ofChangesFromOneVersionOneWins() throws Exception {
        int rounds = 10;
        int writers = 4;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < rounds; round++) {
                int base = round;
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Reply>> replies = new ArrayList<>();
                for (int writer = 0; writer < writers; writer++) {
                    String feature = "f" + round + "_" + writer;
                    replies.add(executor.submit(() -> {
                        start.await();
                        return client.post("/v1/apply", Proposals.planes(base, feature));
                    }));
                }
                start.countDown();
                List<Integer> statuses = new ArrayList<>();
                for (Future<Reply> reply : replies) {
                    statuses.add(reply.get().status());
                }
                assertThat(statuses)
                        .as("round %d", round)
                        .containsOnly(200, 409)
                        .containsOnlyOnce(200);
                assertThat(client.version()).isEqualTo(round + 1);
            }
        }
        assertThat(client.post("/v1/apply", Proposals.planes(3, "late")).code()).isEqualTo("CONFLICT");
    }

    @Test
    void whatIsNoDocumentIsRefused() {
        assertThat(client.post("/v1/apply", "{\"sets\": [").code()).isEqualTo("PARSE_FAILED");
        assertThat(client.post("/v1/apply", "[]").code()).isEqualTo("PARSE_FAILED");
        assertThat(client.post("/v1/apply?plan=perhaps", Proposals.planes(0)).code())
                .isEqualTo("INVALID_QUERY");
        assertThat(client.get("/v1/apply").status()).isEqualTo(405);
        assertThat(client.post("/v1/catalog", "{}").status()).isEqualTo(405);
        assertThat(client.get("/v1/query/nowhere").status()).isEqualTo(404);
    }
}
