package io.featuregrid.offline.layout;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SlidingTimeWindowArrayReservoir;
import com.codahale.metrics.Timer;
import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.WriteGate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.jspecify.annotations.Nullable;

/**
 * The Iceberg catalog {@code featuregrid}: a SQLite file and a warehouse folder. Safe for several threads, and several processes may have it
 * open at once.
 */
public final class HistoryCatalog implements AutoCloseable {
    private static final int BUSY_TIMEOUT_MILLIS = 30_000;
    private static final int METRIC_WINDOW_SECONDS = 60;
    private static final String NAME = "featuregrid";
    private static final Namespace HISTORY = Namespace.of("history");

    private final Path warehouse;
    private final JdbcCatalog iceberg;
    private final Timer commitTimer;
    private final WriteGate commits = new WriteGate();
    private final Map<String, HistoryTable> tables = new ConcurrentHashMap<>();

    private HistoryCatalog(Path warehouse, JdbcCatalog iceberg, Timer commits) {
        this.warehouse = warehouse;
        this.iceberg = iceberg;
        this.commitTimer = commits;
    }

    /**
     * Opens the catalog of a folder; makes it if there is none.
     *
     * @param folder absolute; gets {@code catalog.sqlite} and {@code warehouse/}
     * @param metrics gets the timer {@code history.commit}
     */
    public static HistoryCatalog open(Path folder, MetricRegistry metrics) {
        Path warehouse = folder.resolve("warehouse");
        try {
            Files.createDirectories(warehouse);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        JdbcCatalog iceberg = new JdbcCatalog();
        // Without the write-ahead log concurrent writers of SQLite get SQLITE_BUSY; with it they wait for each other.
        iceberg.initialize(
                NAME,
                Map.of(
                        "uri",
                        "jdbc:sqlite:" + folder.resolve("catalog.sqlite") + "?journal_mode=WAL&busy_timeout="
                                + BUSY_TIMEOUT_MILLIS,
                        "warehouse",
                        Locations.of(warehouse),
                        "io-impl",
                        LocalFileIO.class.getName(),
                        "jdbc.schema-version",
                        "V1"));
        if (!iceberg.namespaceExists(HISTORY)) {
            createNamespace(iceberg);
        }
        Timer commits = metrics.timer(
                "history.commit",
                () -> new Timer(new SlidingTimeWindowArrayReservoir(METRIC_WINDOW_SECONDS, TimeUnit.SECONDS)));
        return new HistoryCatalog(warehouse, iceberg, commits);
    }

    private static void createNamespace(JdbcCatalog iceberg) {
        try {
            iceberg.createNamespace(HISTORY);
        } catch (AlreadyExistsException faster) {
            // Another process opens the same folder for the first time.
            if (!iceberg.namespaceExists(HISTORY)) {
                throw faster;
            }
        }
    }

    /** The history table of a name, whether it exists or not. */
    public HistoryTable table(String name) {
        return tables.computeIfAbsent(name, table -> new HistoryTable(this, table, commitTimer));
    }

    /** What every commit of this process passes through. */
    public WriteGate commits() {
        return commits;
    }

    /**
     * Makes a table of this catalog out of a copy. Its data files must be in {@link #dataFolder} by then.
     *
     * @param described what {@link TableCopy#describe} told
     * @throws IllegalArgumentException if that is no such description
     */
    public void adopt(String name, JsonNode described) {
        TableMetadata metadata = TableCopy.metadata(described, Locations.of(folder(name)));
        String location =
                Locations.of(folder(name).resolve("metadata").resolve("00000-" + UUID.randomUUID() + ".metadata.json"));
        TableMetadataParser.write(metadata, new LocalFileIO().newOutputFile(location));
        Table table = iceberg.registerTable(TableIdentifier.of(HISTORY, name), location);
        List<DataFile> files = TableCopy.dataFiles(described, table.spec(), dataFolder(name));
        if (!files.isEmpty()) {
            AppendFiles append = table.newAppend();
            files.forEach(append::appendFile);
            append.commit();
        }
    }

    @Nullable
    Table load(String name) {
        TableIdentifier identifier = TableIdentifier.of(HISTORY, name);
        return iceberg.tableExists(identifier) ? iceberg.loadTable(identifier) : null;
    }

    Table create(String name, FeatureSet set) {
        Schema schema = TableLayout.initialSchema(set);
        return iceberg.createTable(
                TableIdentifier.of(HISTORY, name),
                schema,
                TableLayout.partitions(set, schema),
                Locations.of(folder(name)),
                TableLayout.initialProperties());
    }

    /** The folder of a table's data files; made if it is missing. */
    public Path dataFolder(String name) {
        Path folder = folder(name).resolve("data");
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return folder;
    }

    private Path folder(String name) {
        return warehouse.resolve(HISTORY.toString()).resolve(name);
    }

    @Override
    public void close() {
        iceberg.close();
    }
}
