package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.ops.node.NodeClient.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What earlier releases backed up is found by this build: {@code compat/make.py} says how a folder is made. */
class CompatibilityTest {
    private static final List<String> ENTITY_PARTS = List.of("value", "valid", "observed_at", "inserted_at", "origin");

    @TempDir
    private Path homes;

    @Test
    void everyReleasesBackupIsRestoredAndAnswersAsItsNodeDid() throws IOException {
        List<Path> releases;
        try (Stream<Path> folders = Files.list(compat())) {
            releases = folders.filter(Files::isDirectory)
                    .filter(folder -> Files.exists(folder.resolve("expected.json")))
                    .sorted()
                    .toList();
        }
        assertThat(releases).isNotEmpty();
        for (Path release : releases) {
            check(release, homes.resolve(release.getFileName().toString()));
        }
    }

    /** The folder above the module under test. */
    private static Path compat() {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return module.resolveSibling("compat");
    }

    private static void check(Path release, Path home) throws IOException {
        NodeLaunch launch = new NodeLaunch(home, null, List.of()).onFreePorts();
        NodeRestore.restore(release.resolve("backup"), launch, step -> {});
        JsonNode expected = new JsonMapper().readTree(Files.readString(release.resolve("expected.json")));
        assertThat(expected.path("answers")).isNotEmpty();
        try (Node node = Node.start(launch);
                NodeClient client = new NodeClient(node.address())) {
            for (JsonNode answer : expected.path("answers")) {
                String path = answer.path("path").asText();
                Reply reply = client.post(path, answer.path("body").toString());
                assertThat(reply.status()).as("%s", answer).isEqualTo(200);
                answer.path("values")
                        .properties()
                        .forEach(value -> assertThat(told(path, reply.body(), value.getKey()))
                                .as("%s of %s in %s", value.getKey(), answer.path("body"), release.getFileName())
                                .isEqualTo(value.getValue()));
            }
        }
    }

    private static ArrayNode told(String path, JsonNode reply, String feature) {
        ArrayNode told = JsonNodeFactory.instance.arrayNode();
        if (path.equals("/v1/entity")) {
            ENTITY_PARTS.forEach(part -> told.add(reply.path(feature).path(part)));
            return told;
        }
        for (JsonNode item : reply.path("data")) {
            if (item.path("field").asText().equals(feature)) {
                told.add(item.path("value"))
                        .add(item.path("valid"))
                        .add(item.path("meta").path("cache_hit"));
            }
        }
        return told;
    }
}
