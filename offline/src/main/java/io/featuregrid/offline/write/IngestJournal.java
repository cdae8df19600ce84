package io.featuregrid.offline.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.offline.layout.HistoryCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ingests that are under way, one small file each: by it a start after a crash knows which data files belong to no commit. Written
 * before the first data file, forgotten after the commit.
 */
public final class IngestJournal {
    private static final Logger LOG = LoggerFactory.getLogger(IngestJournal.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final HistoryCatalog catalog;

    private IngestJournal(Path folder, HistoryCatalog catalog) {
        this.folder = folder;
        this.catalog = catalog;
    }

    /** Opens the journal and finishes what a crash left: data files of ingests that were never committed are deleted. */
    public static IngestJournal open(Path folder, HistoryCatalog catalog) {
        IngestJournal journal = new IngestJournal(folder, catalog);
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> records = Files.newDirectoryStream(folder)) {
                for (Path record : records) {
                    journal.recover(record);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return journal;
    }

    /** Notes that data files of an ingest may appear; their names start with {@code files}. */
    void begin(UUID files, String id, String table) {
        ObjectNode record = JSON.createObjectNode();
        record.put("format", 1).put("id", id).put("table", table).put("files", files.toString());
        try {
            Path temporary = folder.resolve(files + ".new");
            Files.write(temporary, JSON.writeValueAsBytes(record));
            Files.move(temporary, record(files), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Forgets an ingest that is committed. */
    void committed(UUID files) {
        try {
            Files.deleteIfExists(record(files));
        } catch (IOException failure) {
            LOG.warn("the record of ingest {} could not be deleted; the next start does it", files, failure);
        }
    }

    /** Deletes the data files of an ingest that failed, then forgets it. If its commit went through all the same, they stay. */
    void abandoned(UUID files, String table) {
        try {
            deleteFiles(files.toString(), table);
            Files.deleteIfExists(record(files));
        } catch (IOException | RuntimeException failure) {
            LOG.warn("files of the abandoned ingest {} could not be deleted; the next start does it", files, failure);
        }
    }

    private void recover(Path record) throws IOException {
        if (!record.toString().endsWith(".json")) {
            Files.deleteIfExists(record);
            return;
        }
        JsonNode ingest = JSON.readTree(record.toFile());
        String table = ingest.path("table").asText();
        String id = ingest.path("id").asText();
        int deleted = deleteFiles(ingest.path("files").asText(), table);
        LOG.info("ingest {} into '{}' was under way when the node ended: {} files deleted", id, table, deleted);
        Files.delete(record);
    }

    /**
     * Deletes files of an ingest that belong to no commit. The table itself is asked, by name of the file: the ids that it keeps may have
     * forgotten the ingest, or another one of the same id may have been committed.
     */
    private int deleteFiles(String files, String table) throws IOException {
        Set<String> committed = catalog.table(table).dataFileNames();
        int deleted = 0;
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(catalog.dataFolder(table), files + "-*")) {
            for (Path path : paths) {
                if (!committed.contains(path.getFileName().toString())) {
                    Files.delete(path);
                    deleted++;
                }
            }
        }
        return deleted;
    }

    private Path record(UUID files) {
        return folder.resolve(files + ".json");
    }
}
