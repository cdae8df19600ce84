package io.featuregrid.offline;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.offline.layout.HistoryCatalog;
import io.featuregrid.offline.layout.TableCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Histories of one moment.
 *
 * @param tables those into which something was written
 * @param unmerged what the next process has to bring into the online store: content by the name of a record
 */
public record HistoryCopy(List<TableCopy> tables, Map<String, byte[]> unmerged) {
    public HistoryCopy {
        tables = List.copyOf(tables);
    }

    /** Where a new history is put together, before a process has it open. Closed once. */
    public static final class Target implements AutoCloseable {
        private final Path home;
        private final HistoryCatalog catalog;

        /**
         * Begins a history.
         *
         * @param home as for {@link History#open}
         */
        public Target(Path home, HistorySettings settings) throws IOException {
            this.home = home.toAbsolutePath().normalize();
            Path given = settings.folder();
            Path folder = given == null
                    ? this.home.resolve("history")
                    : given.toAbsolutePath().normalize();
            Files.createDirectories(folder);
            this.catalog = HistoryCatalog.open(folder, new MetricRegistry());
        }

        /** Where the data files of a table have to be put before {@link #adopt}. */
        public Path dataFolder(String table) {
            return catalog.dataFolder(table);
        }

        /**
         * Makes a table.
         *
         * @param described what {@link TableCopy#describe} told
         */
        public void adopt(String table, JsonNode described) {
            catalog.adopt(table, described);
        }

        /** Keeps a record of {@link HistoryCopy#unmerged}. */
        public void keepUnmerged(String name, byte[] record) throws IOException {
            Path folder = Files.createDirectories(home.resolve("ingests"));
            Files.write(folder.resolve(name), record);
        }

        @Override
        public void close() {
            catalog.close();
        }
    }
}
