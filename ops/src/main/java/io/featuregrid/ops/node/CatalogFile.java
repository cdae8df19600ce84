package io.featuregrid.ops.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The file in which a home kept its catalog before the grid did. A grid that has no catalog yet begins with it. */
final class CatalogFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CatalogFile() {}

    /**
     * The catalog of the file, or empty if there is no file.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the file is damaged or of another format
     */
    static Optional<Catalog> find(Path file) {
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
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
