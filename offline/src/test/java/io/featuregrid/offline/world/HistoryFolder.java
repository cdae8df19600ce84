package io.featuregrid.offline.world;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that a history keeps below a home folder. */
public final class HistoryFolder {
    private final Path home;

    public HistoryFolder(Path home) {
        this.home = home;
    }

    /** The data files of a table, committed or not. */
    public List<Path> dataFiles(String table) {
        return files(home.resolve("history/warehouse/history").resolve(table).resolve("data"));
    }

    /** The records of writes that are under way. */
    public List<Path> journal() {
        return files(home.resolve("ingests"));
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
