package io.featuregrid.ops.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.CatalogStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The catalog in one JSON file, replaced whole. One store a file; safe for use by several threads. */
final class FileCatalogStore implements CatalogStore {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path file;
    private volatile Catalog current;

    private FileCatalogStore(Path file, Catalog current) {
        this.file = file;
        this.current = current;
    }

    /**
     * Opens the store; without a file the catalog is empty.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the file is damaged or of another format
     */
    static FileCatalogStore open(Path file) {
        return new FileCatalogStore(file, Files.exists(file) ? read(file) : Catalog.EMPTY);
    }

    @Override
    public Catalog current() {
        return current;
    }

    @Override
    public synchronized void replace(int base, Catalog next) {
        if (current.version() != base) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "the change was planned from version " + base + ", but the catalog is at " + current.version()
                            + " (expected the current version: look at the difference again and apply once more)");
        }
        try {
            byte[] content = JSON.writerWithDefaultPrettyPrinter()
                    .writeValueAsString(CatalogJson.write(next))
                    .getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(file, content);
        } catch (IOException failure) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR, file + " cannot be written; the catalog is as before", failure);
        }
        current = next;
    }

    private static Catalog read(Path file) {
        try {
            JsonNode document = JSON.readTree(Files.readString(file));
            Catalog catalog = CatalogJson.read(document);
            // Missing numbers read as 0, which no written catalog has.
            if (catalog.version() < 1
                    || catalog.nextSetNumber() < 1
                    || !document.path("sets").isArray()) {
                throw new IllegalArgumentException("version, next_set_number or sets is missing");
            }
            return catalog;
        } catch (JsonProcessingException damaged) {
            throw refused(file, damaged.getOriginalMessage(), damaged);
        } catch (IOException | RuntimeException damaged) {
            throw refused(file, String.valueOf(damaged.getMessage()), damaged);
        }
    }

    private static FeatureGridException refused(Path file, String reason, Exception damaged) {
        return new FeatureGridException(
                ErrorCode.INTERNAL_SERVER_ERROR,
                file + " is damaged: " + reason + " (expected the catalog that a node wrote: put a copy of it back)",
                damaged);
    }
}
