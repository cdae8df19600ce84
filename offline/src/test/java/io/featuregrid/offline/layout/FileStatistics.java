package io.featuregrid.offline.layout;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.parquet.HadoopFreeReadOptions;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;

/** What other readers of a table see: Iceberg's entries of data files with their metrics, and the files themselves. */
final class FileStatistics {
    private FileStatistics() {}

    /** The table as Iceberg has it, read through a catalog of its own. */
    static List<DataFile> dataFiles(Path home, String name) {
        try (HistoryCatalog catalog = HistoryCatalog.open(home.resolve("history"), new MetricRegistry())) {
            Table table = catalog.load(name);
            if (table == null) {
                throw new IllegalArgumentException("no table " + name);
            }
            List<DataFile> files = new ArrayList<>();
            try (CloseableIterable<FileScanTask> tasks =
                    table.newScan().includeColumnStats().planFiles()) {
                tasks.forEach(task -> files.add(task.file()));
            }
            return files;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static ParquetFileReader open(DataFile file) throws IOException {
        return ParquetFileReader.open(
                new LocalInputFile(Locations.path(file.location())), HadoopFreeReadOptions.create(new PlainCodecs()));
    }
}
