package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCatalogStoreTest {
    @TempDir
    private Path folder;

    @Test
    void aChangeFromAnOlderVersionIsAConflict() {
        FileCatalogStore store = store();
        Catalog first = new Catalog(1, 1, List.of(), List.of());
        store.replace(0, first);

        assertThatThrownBy(() -> store.replace(0, new Catalog(1, 2, List.of(), List.of())))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageStartingWith("CONFLICT: the change was planned from version 0, but the catalog is at 1");
        assertThat(store.current()).isSameAs(first);
        assertThat(store().current()).isEqualTo(first);
    }

    @Test
    void whatCannotBeWrittenChangesNothing() throws IOException {
        FileCatalogStore store = store();
        store.replace(0, new Catalog(1, 1, List.of(), List.of()));
        // A folder of the temporary file's name stands in its way.
        Files.createDirectories(folder.resolve("catalog.json.new").resolve("in the way"));

        assertThatThrownBy(() -> store.replace(1, new Catalog(2, 1, List.of(), List.of())))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageContaining("cannot be written; the catalog is as before");
        assertThat(store.current().version()).isEqualTo(1);
        assertThat(store().current().version()).isEqualTo(1);
    }

    @Test
    void aHalfWrittenFileOfACrashIsNotRead() throws IOException {
        FileCatalogStore store = store();
        store.replace(0, new Catalog(1, 1, List.of(), List.of()));
        Files.writeString(folder.resolve("catalog.json.new"), "{\"format\": 1, \"ver");

        FileCatalogStore reopened = store();
        assertThat(reopened.current().version()).isEqualTo(1);
        reopened.replace(1, new Catalog(2, 1, List.of(), List.of()));
        assertThat(store().current().version()).isEqualTo(2);
        assertThat(folder.resolve("catalog.json.new")).doesNotExist();
    }

    private FileCatalogStore store() {
        return FileCatalogStore.open(folder.resolve("catalog.json"));
    }
}
