package io.featuregrid.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.ops.cli.Launcher.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProcessTest {
    private static final String[] FOREGROUND = {
        "start", "--json", "--set", "http.port=0", "--set", "flight.port=0",
    };
    private static final String[] DETACHED = {
        "start", "--detach", "--json", "--set", "http.port=0", "--set", "flight.port=0"
    };

    @TempDir
    private Path folder;

    @Test
    void aNodeInTheForegroundEndsInOrderWhenAsked() throws Exception {
        Launcher launcher = new Launcher(folder);
        Process node = launcher.start(FOREGROUND);
        try {
            String ready = node.inputReader().readLine();
            assertThat(json(ready).path("pid").longValue()).isEqualTo(node.pid());
            assertThat(json(Files.readString(launcher.home().resolve("node.json"))))
                    .isEqualTo(json(ready));

            Ended second = launcher.run(FOREGROUND);
            assertThat(second.status()).isEqualTo(1);
            assertThat(second.out()).isEmpty();
            assertThat(second.errors())
                    .singleElement()
                    .asString()
                    .startsWith("CONFLICT: a node (process " + node.pid() + ") runs in " + launcher.home());

            node.toHandle().destroy();
            assertThat(node.waitFor()).isZero();
            assertThat(launcher.home().resolve("node.json")).doesNotExist();
        } finally {
            node.destroyForcibly();
        }
    }

    @Test
    void aKilledNodeIsNotBelievedInAndTheNextOneStarts() throws Exception {
        Launcher launcher = new Launcher(folder);
        Process killed = launcher.start(FOREGROUND);
        killed.inputReader().readLine();
        killed.destroyForcibly().waitFor();
        assertThat(launcher.home().resolve("node.json")).exists();

        assertThat(launcher.run("status", "--json").lastLine()).isEqualTo("{\"nodes\":[]}");
        Ended stop = launcher.run("stop");
        assertThat(stop.status()).isEqualTo(1);
        assertThat(stop.errors()).singleElement().asString().startsWith("INVALID_QUERY: no node runs in ");

        Process next = launcher.start(FOREGROUND);
        try {
            assertThat(json(next.inputReader().readLine()).path("pid").longValue())
                    .isEqualTo(next.pid());
        } finally {
            next.destroyForcibly().waitFor();
        }
    }

    @Test
    void aDetachedNodeIsReadyTellsItsStatusAndStops() throws Exception {
        Launcher launcher = new Launcher(folder);
        Ended start = launcher.run(DETACHED);
        assertThat(start.status()).as(String.join("\n", start.errors())).isZero();
        JsonNode stated = json(start.lastLine());
        ProcessHandle node = ProcessHandle.of(stated.path("pid").longValue()).orElseThrow();
        try {
            JsonNode status = json(launcher.run("status", "--json").lastLine()).path("nodes");
            assertThat(status).hasSize(1);
            assertThat(status.path(0).path("http")).isEqualTo(stated.path("http"));
            assertThat(status.path(0).path("ready").booleanValue()).isTrue();
            assertThat(launcher.run(DETACHED).status()).isEqualTo(1);

            Ended stop = launcher.run("stop", "--json");
            assertThat(stop.status()).isZero();
            assertThat(json(stop.lastLine()).path("nodes").path(0)).isEqualTo(stated);
            assertThat(node.isAlive()).isFalse();
            assertThat(launcher.home().resolve("logs/node.log"))
                    .content()
                    .contains("is ready")
                    .contains("has stopped");
        } finally {
            node.destroyForcibly();
        }
    }

    @Test
    void aDetachedNodeThatDoesNotStartGivesItsReason() throws Exception {
        Launcher launcher = new Launcher(folder);
        Files.writeString(Files.createDirectories(launcher.home()).resolve("catalog.json"), "{");

        Ended start = launcher.run(DETACHED);

        assertThat(start.status()).isEqualTo(1);
        assertThat(start.out()).isEmpty();
        assertThat(start.errors().getLast())
                .startsWith("UPSTREAM_FAILED: the node ended with status 1 while it started: INTERNAL_SERVER_ERROR: ")
                .contains("catalog.json is damaged");
    }

    @Test
    void controlsOfChecksAreRefused() throws Exception {
        Ended start = new Launcher(folder)
                .withJvmOption("-Dfeaturegrid.break.log=true")
                .run(FOREGROUND);

        assertThat(start.status()).isEqualTo(2);
        assertThat(start.errors()).singleElement().asString().contains("featuregrid.break.log");
        assertThat(folder.resolve("home")).doesNotExist();
    }

    private static JsonNode json(String text) throws IOException {
        return new JsonMapper().readTree(text);
    }
}
