package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.ops.node.NodeClient.Reply;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a real node over HTTP, and homes made of them. */
class BackupTest {
    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Node node;

    @SuppressWarnings("NullAway.Init")
    private NodeClient client;

    @BeforeEach
    void start() {
        node = Node.start(launch("home"));
        client = new NodeClient(node.address());
        client.post("/v1/apply", Proposals.planes(0, "seats", "year"));
        assertThat(upload("a", 5, "first").status()).isEqualTo(200);
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
    }

    @Test
    void aRestoredNodeHasThePointAndNothingAfterIt() throws IOException {
        JsonNode result = backup("backup").path("result");
        assertThat(result.path("observations").path("plane").longValue()).isEqualTo(1);
        assertThat(result.path("online_rows").longValue()).isEqualTo(1);
        String given = upload("a", 6, null).body().path("inserted_at").asText();
        assertThat(folder.resolve("backup/INCOMPLETE")).doesNotExist();

        NodeRestore.restore(folder.resolve("backup"), launch("restored"), step -> {});
        try (Node restored = Node.start(launch("restored"));
                NodeClient other = new NodeClient(restored.address())) {
            assertThat(seats(other)).isEqualTo(5);
            assertThat(other.version()).isEqualTo(client.version());
            Reply retried = other.post("/v1/upload", document("a", 5, "first"));
            assertThat(retried.body().path("inserted_at"))
                    .isEqualTo(upload("a", 5, "first").body().path("inserted_at"));
            assertThat(Files.readString(folder.resolve("restored/grid/grid-node")))
                    .contains("number=2\n");
            assertThat(other.post("/v1/upload", document("a", 7, null))
                            .body()
                            .path("inserted_at")
                            .asText())
                    .isGreaterThan(result.path("point").path("inserted_at").asText());
            assertThat(seats(other)).isEqualTo(7);
        }
        assertThat(seats(client)).isEqualTo(6);
        assertThat(given).isGreaterThan(result.path("point").path("inserted_at").asText());
    }

    @Test
    void aFolderThatIsNoneIsRefused() throws IOException {
        assertThat(begin("relative").code()).isEqualTo("INVALID_QUERY");
        assertThat(begin(folder.resolve("home/inside").toString()).code()).isEqualTo("INVALID_QUERY");
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("something"), "x");
        Reply refused = begin(full.toString());
        assertThat(refused.code()).isEqualTo("CONFLICT");
        assertThat(refused.message()).contains("is not empty (expected an empty one, or none)");
        assertThat(client.post("/v1/backup", "{}").code()).isEqualTo("INVALID_QUERY");
        assertThat(client.get("/v1/backup").body().path("state").asText()).isEqualTo("none");
    }

    @Test
    void aDamagedOrIncompleteBackupIsRefusedBeforeAnythingIsWritten() throws IOException {
        backup("backup");
        Path backup = folder.resolve("backup");
        Path file = backup.resolve("catalog.json");
        byte[] content = Files.readAllBytes(file);
        byte[] flipped = content.clone();
        flipped[content.length / 2] ^= 1;
        Files.write(file, flipped);
        assertThat(refused(backup).first().message())
                .contains("is damaged: catalog.json has another checksum", "nothing was restored");
        Files.delete(file);
        assertThat(refused(backup).first().message()).contains("catalog.json is missing");
        Files.write(file, content);

        Path manifest = backup.resolve("manifest.json");
        String written = Files.readString(manifest);
        Files.writeString(manifest, written.replace("\"online_rows\" : 1", "\"online_rows\" : 2"));
        assertThat(refused(backup).first().message()).contains("manifest.json is not what was written");
        Files.writeString(manifest, written.replace("\"format\" : 1", "\"format\" : 2"));
        assertThat(refused(backup).first().code()).isEqualTo(ErrorCode.INVALID_QUERY);
        Files.delete(manifest);
        assertThat(refused(backup).first().code()).isEqualTo(ErrorCode.INVALID_QUERY);
        assertThat(folder.resolve("restored")).doesNotExist();
    }

    @Test
    void aHomeThatIsUsedOrWasNotRestoredToItsEndIsRefused() throws IOException {
        backup("backup");
        FeatureGridException running = catchThrowableOfType(
                FeatureGridException.class,
                () -> NodeRestore.restore(folder.resolve("backup"), launch("home"), step -> {}));
        assertThat(running.first().message()).contains("runs in");
        Path half = Files.createDirectory(folder.resolve("half"));
        Files.createFile(half.resolve("restore.incomplete"));
        FeatureGridException refused =
                catchThrowableOfType(FeatureGridException.class, () -> Node.start(launch("half")));
        assertThat(refused.first().code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(refused.first().message()).contains("was not restored to its end");
        FeatureGridException full = catchThrowableOfType(
                FeatureGridException.class,
                () -> NodeRestore.restore(folder.resolve("backup"), launch("half"), step -> {}));
        assertThat(full.first().message()).contains("is not empty");
    }

    private FeatureGridException refused(Path backup) {
        return catchThrowableOfType(
                FeatureGridException.class, () -> NodeRestore.restore(backup, launch("restored"), step -> {}));
    }

    private JsonNode backup(String name) throws IOException {
        assertThat(begin(folder.resolve(name).toString()).status()).isEqualTo(200);
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (state().path("state").asText().equals("running") && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(state().path("state").asText()).as("%s", state()).isEqualTo("done");
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            assertThat(files.map(file -> file.getFileName().toString())).contains("manifest.json");
        }
        return state();
    }

    private Reply begin(String directory) {
        return client.post("/v1/backup", "{\"directory\": \"" + directory + "\"}");
    }

    private JsonNode state() {
        return client.get("/v1/backup").body();
    }

    private Reply upload(String key, long seats, @org.jspecify.annotations.Nullable String id) {
        return client.post("/v1/upload", document(key, seats, id));
    }

    private static String document(String key, long seats, @org.jspecify.annotations.Nullable String id) {
        return "{\"rows\": [{\"plane.tailnum\": \"" + key + "\", \"plane.seats\": " + seats + "}]"
                + (id == null ? "}" : ", \"ingest_id\": \"" + id + "\"}");
    }

    private static long seats(NodeClient client) {
        return client.post(
                        "/v1/query/online", "{\"inputs\": {\"plane.tailnum\": \"a\"}, \"outputs\": [\"plane.seats\"]}")
                .body()
                .path("data")
                .path(0)
                .path("value")
                .longValue();
    }

    private NodeLaunch launch(String name) {
        return new NodeLaunch(folder.resolve(name), null, List.of()).onFreePorts();
    }
}
