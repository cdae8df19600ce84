package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home that kept its catalog in a file goes on with it. */
class CatalogFileTest {
    @TempDir
    private Path folder;

    @Test
    void withoutAFileThereIsNothing() {
        assertThat(CatalogFile.find(folder.resolve("catalog.json"))).isEmpty();
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        Catalog catalog = new Catalog(3, 2, List.of(), List.of());
        Path file = Files.writeString(
                folder.resolve("catalog.json"), CatalogJson.write(catalog).toString());

        assertThat(CatalogFile.find(file)).contains(catalog);
    }

    @Test
    void aDamagedFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("catalog.json"), "{\"format\": 1, \"ver");

        assertThatThrownBy(() -> CatalogFile.find(file))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageStartingWith("INTERNAL_SERVER_ERROR: " + file + " is damaged");
    }
}
