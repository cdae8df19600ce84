package io.featuregrid.offline.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocationsTest {
    @TempDir
    private Path folder;

    @Test
    void aLocationIsTheAbsolutePathUnescaped() {
        assertThat(Locations.of(Path.of("/a b/50%/\u00e9#c.parquet"))).isEqualTo("file:///a b/50%/\u00e9#c.parquet");
        assertThat(Locations.of(Path.of("/a/./b/../c"))).isEqualTo("file:///a/c");
    }

    @Test
    void everyFormOfALocationIsRead() {
        Path path = Path.of("/a b/50%25/c");
        assertThat(Locations.path(Locations.of(path))).isEqualTo(path);
        assertThat(Locations.path("file:/a b/50%25/c")).isEqualTo(path);
        assertThat(Locations.path("/a b/50%25/c")).isEqualTo(path);
    }

    /** By this Iceberg tells whether somebody else committed in between. */
    @Test
    void filesReportThePlaceTheyWereAskedFor() throws IOException {
        String location = Locations.of(folder.resolve("new folder/file"));
        LocalFileIO files = new LocalFileIO();
        OutputFile output = files.newOutputFile(location);
        try (OutputStream stream = output.create()) {
            stream.write(new byte[] {1, 2, 3});
        }
        for (InputFile input : List.of(output.toInputFile(), files.newInputFile(location))) {
            assertThat(input.location()).isEqualTo(location);
            assertThat(input.exists()).isTrue();
            assertThat(input.getLength()).isEqualTo(3);
            try (InputStream stream = input.newStream()) {
                assertThat(stream.readAllBytes()).containsExactly(1, 2, 3);
            }
        }
        files.deleteFile(location);
        assertThat(files.newInputFile(location).exists()).isFalse();
        files.deleteFile(location);
    }

    @Test
    void aHomeFolderMayHaveBlanksAndPercentSigns() throws IOException {
        for (String name : List.of("with blank", "50% of%20it", "a+b&c=d", "\u00e9\u20ac#1")) {
            Path home = folder.resolve(name).resolve("home");
            FeatureSet set = Definitions.alone(Definitions.set(
                    "thing", List.of("id"), null, List.of(Definitions.required("id", FeatureType.INT64)), List.of()));
            try (HistoryDriver driver = new HistoryDriver(home)) {
                driver.ingest(set, Definitions.options("{}"), List.of("id"), List.of(List.of(1L)));
                driver.restart();
                driver.ingest(set, Definitions.options("{}"), List.of("id"), List.of(List.of(2L)));
                assertThat(driver.scan(set)).as(name).hasSize(2);
            }
            assertThat(Files.isRegularFile(home.resolve("history/catalog.sqlite")))
                    .isTrue();
            assertThat(Files.isDirectory(home.resolve("history/warehouse/history/thing/data")))
                    .isTrue();
        }
        try (var names = Files.list(folder)) {
            assertThat(names.filter(Files::isDirectory)).hasSize(4);
        }
    }
}
