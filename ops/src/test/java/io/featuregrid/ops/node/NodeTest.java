package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTest {
    @TempDir
    private Path home;

    @Test
    void aReadyNodeSaysWhereItIs() throws IOException {
        try (Node node = start()) {
            JsonNode stated =
                    new JsonMapper().readTree(home.resolve("node.json").toFile());
            assertThat(stated).hasToString(node.address().json().toString());
            assertThat(stated.path("pid").longValue())
                    .isEqualTo(ProcessHandle.current().pid());
            try (NodeClient client = new NodeClient(node.address())) {
                assertThat(client.get("/v1/node").body()).isEqualTo(stated);
                assertThat(client.get("/ready").status()).isEqualTo(200);
            }
            RunningNode found = RunningNode.find(home).orElseThrow();
            assertThat(found.address()).hasValue(node.address());
            assertThat(found.reasonNotReady()).isEmpty();
        }
        assertThat(RunningNode.find(home)).isEmpty();
        assertThat(home.resolve("node.json")).doesNotExist();
        assertThat(home.resolve("temporary")).doesNotExist();
        assertThat(home.resolve("spool")).doesNotExist();
    }

    @Test
    void closingTwiceDoesNothing() {
        Node node = start();
        node.close();
        try (Node next = start()) {
            node.close();
            assertThat(RunningNode.find(home)).isPresent();
            assertThat(next.address().pid()).isPositive();
        }
    }

    @Test
    void aFolderHasOneNode() {
        try (Node node = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith(
                            "CONFLICT: a node (process " + node.address().pid() + ") runs in " + home);
            try (NodeClient client = new NodeClient(node.address())) {
                assertThat(client.get("/ready").status()).isEqualTo(200);
            }
            assertThat(RunningNode.find(home)).isPresent();
        }
    }

    @Test
    void theCatalogSurvivesARestart() {
        JsonNode before;
        try (Node node = start();
                NodeClient client = new NodeClient(node.address())) {
            client.post("/v1/apply", Proposals.planes(0, "seats", "year"));
            client.post("/v1/apply", Proposals.planes(1, "seats"));
            before = client.get("/v1/catalog").body();
        }
        try (Node node = start();
                NodeClient client = new NodeClient(node.address())) {
            assertThat(client.get("/v1/catalog").body()).isEqualTo(before);
            assertThat(client.post("/v1/apply", Proposals.planes(2, "seats", "year"))
                            .status())
                    .isEqualTo(200);
            // The number that the removed feature had is not given again.
            assertThat(client.get("/v1/catalog")
                            .body()
                            .findValues("number")
                            .getLast()
                            .intValue())
                    .isEqualTo(3);
            assertThat(client.get("/v1/catalog").body().findValuesAsText("next_number"))
                    .containsExactly("5");
        }
    }

    @Test
    void aDamagedCatalogIsNamedAndLeftAlone() throws IOException {
        for (String content : List.of("", "{\"format\": 1, \"vers", "{\"format\": 2}", "{\"format\": 1}", "[]")) {
            Path file = Files.writeString(home.resolve("catalog.json"), content);
            assertThatThrownBy(this::start)
                    .as(content)
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("INTERNAL_SERVER_ERROR: " + file + " is damaged: ");
            assertThat(file).hasContent(content);
            assertThat(RunningNode.find(home)).isEmpty();
        }
    }

    @Test
    void whatAKilledNodeLeftIsCleared() throws IOException {
        Files.writeString(
                home.resolve("node.json"), "{\"pid\": 1, \"http\": \"127.0.0.1:1\", \"flight\": \"127.0.0.1:2\"}");
        Files.writeString(home.resolve("node.lock"), "1");
        Files.writeString(Files.createDirectories(home.resolve("spool")).resolve("spine.arrow"), "half a spine");
        assertThat(RunningNode.find(home)).isEmpty();

        try (Node node = start()) {
            assertThat(home.resolve("spool")).isEmptyDirectory();
            assertThat(RunningNode.find(home).orElseThrow().address()).hasValue(node.address());
        }
    }

    @Test
    void aTakenPortIsAConflictAndTheHomeIsFreeAgain() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String port : List.of("http.port=", "flight.port=")) {
                NodeLaunch launch = new NodeLaunch(home, null, List.of(port + taken.getLocalPort())).onFreePorts();
                assertThatThrownBy(() -> Node.start(launch))
                        .isInstanceOf(FeatureGridException.class)
                        .hasMessageStartingWith("CONFLICT: ")
                        .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
                assertThat(RunningNode.find(home)).isEmpty();
            }
        }
        start().close();
    }

    @Test
    void wrongSettingsStartNothing() {
        NodeLaunch launch = new NodeLaunch(home.resolve("new"), null, List.of("http.host=0.0.0.0", "http.prt=1"));

        assertThatThrownBy(() -> Node.start(launch))
                .isInstanceOfSatisfying(
                        UsageException.class,
                        refused -> assertThat(refused.problems())
                                .hasSize(3)
                                .anyMatch(problem -> problem.contains("tls.certificate is not set"))
                                .anyMatch(problem -> problem.contains("expected a first token")));
        assertThat(home.resolve("new")).doesNotExist();
    }

    private Node start() {
        return Node.start(new NodeLaunch(home, null, List.of()).onFreePorts());
    }
}
