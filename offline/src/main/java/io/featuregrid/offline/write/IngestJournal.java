package io.featuregrid.offline.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.offline.layout.HistoryCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writes into history that are under way in this process, one small file each: by it a start after a crash knows which data files belong
 * to no commit, and which commits are not yet merged into the online store. Written before the first data file, forgotten when all is done.
 * Safe for several threads.
 *
 * <p>It lies in the home folder of its process: whoever else writes into the same history must not take its files for left over.
 */
public final class IngestJournal {
    private static final Logger LOG = LoggerFactory.getLogger(IngestJournal.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SUFFIX = ".json";
    private static final String ONLINE_UNTIL = "online_until";

    private final Path folder;
    private final HistoryCatalog catalog;

    private IngestJournal(Path folder, HistoryCatalog catalog) {
        this.folder = folder;
        this.catalog = catalog;
    }

    /**
     * A write that is under way.
     *
     * @param files the names of its data files start with it
     * @param id the ingest's id, or what else it is known by
     * @param onlineUntil up to which observed_at its rows are to be merged into the online store after the commit; empty if not at all
     */
    record Entry(UUID files, String id, String table, OptionalLong onlineUntil) {
        /** Whether a data file is one of this write. */
        boolean owns(Path file) {
            return file.getFileName().toString().startsWith(files + "-");
        }
    }

    /**
     * Opens the journal and deletes the data files that a crash left of writes that were never committed. Of those that were, it keeps the
     * entries that still have to be merged into the online store.
     */
    public static IngestJournal open(Path folder, HistoryCatalog catalog) {
        IngestJournal journal = new IngestJournal(folder, catalog);
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> records = Files.newDirectoryStream(folder)) {
                for (Path record : records) {
                    if (record.toString().endsWith(SUFFIX)) {
                        journal.recover(record);
                    } else {
                        Files.deleteIfExists(record);
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return journal;
    }

    /** Notes that data files of a write may appear. */
    void begin(Entry entry) {
        try {
            Path temporary = folder.resolve(entry.files() + ".new");
            Files.write(temporary, write(entry));
            Files.move(temporary, record(entry), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Forgets a write of which nothing is left to do. */
    void forget(Entry entry) {
        try {
            Files.deleteIfExists(record(entry));
        } catch (IOException failure) {
            LOG.warn("the record of {} could not be deleted; the next start does it", entry, failure);
        }
    }

    /** Deletes the data files of a write that failed, then forgets it. If its commit went through all the same, they stay. */
    void abandoned(Entry entry) {
        try {
            settle(entry);
        } catch (IOException | RuntimeException failure) {
            LOG.warn("files of the abandoned write {} could not be deleted; the next start does it", entry, failure);
        }
    }

    /** The committed writes that still have to be merged into the online store, those under way in another thread among them. */
    List<Entry> committed(Predicate<Entry> wanted) {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> records = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path record : records) {
                Entry entry = read(record);
                if (entry != null && entry.onlineUntil().isPresent() && wanted.test(entry) && isCommitted(entry)) {
                    entries.add(entry);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return entries;
    }

    /**
     * The records of writes that may still have to be merged into the online store, by name, so that a copy of the history can go on with
     * them. One of a write that is not in the copy is without effect there.
     */
    public Map<String, byte[]> unmerged() {
        Map<String, byte[]> records = new TreeMap<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path path : paths) {
                Entry entry = read(path);
                if (entry != null && entry.onlineUntil().isPresent()) {
                    records.put(record(entry).getFileName().toString(), write(entry));
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return records;
    }

    private void recover(Path record) throws IOException {
        Entry entry = read(record);
        if (entry != null) {
            int deleted = settle(entry);
            LOG.info("{} was under way when the node ended: {} files deleted", entry, deleted);
            if (!record.equals(record(entry))) {
                Files.deleteIfExists(record);
            }
        }
    }

    private static byte[] write(Entry entry) throws IOException {
        ObjectNode record = JSON.createObjectNode();
        record.put("format", 1).put("id", entry.id()).put("table", entry.table());
        record.put("files", entry.files().toString());
        entry.onlineUntil().ifPresent(until -> record.put(ONLINE_UNTIL, until));
        return JSON.writeValueAsBytes(record);
    }

    private static @Nullable Entry read(Path record) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(record);
        } catch (NoSuchFileException done) {
            return null;
        }
        JsonNode json = JSON.readTree(bytes);
        return new Entry(
                UUID.fromString(json.path("files").asText()),
                json.path("id").asText(),
                json.path("table").asText(),
                json.has(ONLINE_UNTIL) ? OptionalLong.of(json.path(ONLINE_UNTIL).asLong()) : OptionalLong.empty());
    }

    private boolean isCommitted(Entry entry) {
        return catalog.table(entry.table()).dataFileNames().stream().anyMatch(name -> entry.owns(Path.of(name)));
    }

    /**
     * Deletes files of a write that belong to no commit, and forgets it unless its online load is due. The table itself is asked, by name
     * of the file: the ids that it keeps may have forgotten the ingest, or another one of the same id may have been committed.
     */
    private int settle(Entry entry) throws IOException {
        if (isCommitted(entry)) {
            if (entry.onlineUntil().isEmpty()) {
                Files.deleteIfExists(record(entry));
            }
            return 0;
        }
        int deleted = 0;
        try (DirectoryStream<Path> paths =
                Files.newDirectoryStream(catalog.dataFolder(entry.table()), entry.files() + "-*")) {
            for (Path path : paths) {
                Files.delete(path);
                deleted++;
            }
        }
        Files.deleteIfExists(record(entry));
        return deleted;
    }

    private Path record(Entry entry) {
        return folder.resolve(entry.files() + SUFFIX);
    }
}
