package io.featuregrid.offline.layout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * A history table at one moment, as it is copied to another place. Places in Iceberg's own files are absolute, so these are not copied:
 * the copy is the table's data files by name, their metrics, and the table's metadata without place and snapshots, with the field ids and
 * properties that the data files were written by. Immutable.
 */
public final class TableCopy {
    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final TableMetadata metadata;

    TableCopy(String name, TableMetadata metadata) {
        this.name = name;
        this.metadata = metadata;
    }

    /** What one data file is, besides its bytes. */
    public record CopiedFile(Path path, ObjectNode described) {}

    public String name() {
        return name;
    }

    /** The data files; read from the table's own files, which takes a while for a large one. */
    public List<CopiedFile> files() {
        Snapshot snapshot = metadata.currentSnapshot();
        List<CopiedFile> files = new ArrayList<>();
        if (snapshot == null) {
            return files;
        }
        BaseTable table = new BaseTable(new StaticTableOperations(metadata, new LocalFileIO()), name);
        try (CloseableIterable<FileScanTask> tasks = table.newScan()
                .useSnapshot(snapshot.snapshotId())
                .includeColumnStats()
                .planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(new CopiedFile(Locations.path(task.file().location()), describe(task.file())));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return files;
    }

    /** The table as {@link HistoryCatalog#adopt} takes it. */
    public ObjectNode describe(List<CopiedFile> files) {
        ObjectNode described = JSON.createObjectNode();
        described.put("format", 1).put("table", name);
        described.set("metadata", withoutPlace(parse(TableMetadataParser.toJson(metadata))));
        ArrayNode list = described.putArray("files");
        files.forEach(file -> list.add(file.described()));
        return described;
    }

    static TableMetadata metadata(JsonNode described, String location) {
        if (described.path("format").asInt() != 1 || !(described.path("metadata") instanceof ObjectNode metadata)) {
            throw new IllegalArgumentException("a table is described in format "
                    + described.path("format").asText("none") + " (expected 1; a newer build wrote it)");
        }
        return TableMetadataParser.fromJson(
                metadata.deepCopy().put("location", location).toString());
    }

    static List<DataFile> dataFiles(JsonNode described, PartitionSpec spec, Path folder) {
        List<DataFile> files = new ArrayList<>();
        for (JsonNode file : described.path("files")) {
            PartitionData partition = new PartitionData(spec.partitionType());
            partition.set(0, file.path("carry").intValue());
            partition.set(1, file.path("bucket").intValue());
            Metrics metrics = new Metrics(
                    file.path("rows").longValue(),
                    counts(file, "column_bytes"),
                    counts(file, "values"),
                    counts(file, "nulls"),
                    counts(file, "nans"),
                    bounds(file, "lower"),
                    bounds(file, "upper"));
            files.add(DataFiles.builder(spec)
                    .withPath(Locations.of(folder.resolve(file.path("file").asText())))
                    .withFormat(FileFormat.PARQUET)
                    .withFileSizeInBytes(file.path("bytes").longValue())
                    .withPartition(partition)
                    .withMetrics(metrics)
                    .build());
        }
        return files;
    }

    private static ObjectNode describe(DataFile file) {
        ObjectNode described = JSON.createObjectNode();
        described.put("file", Locations.path(file.location()).getFileName().toString());
        described.put("bytes", file.fileSizeInBytes()).put("rows", file.recordCount());
        described.put("carry", file.partition().get(0, Integer.class));
        described.put("bucket", file.partition().get(1, Integer.class));
        put(described.putObject("column_bytes"), file.columnSizes());
        put(described.putObject("values"), file.valueCounts());
        put(described.putObject("nulls"), file.nullValueCounts());
        put(described.putObject("nans"), file.nanValueCounts());
        putBounds(described.putObject("lower"), file.lowerBounds());
        putBounds(described.putObject("upper"), file.upperBounds());
        return described;
    }

    private static void put(ObjectNode target, @Nullable Map<Integer, Long> counts) {
        if (counts != null) {
            counts.forEach((field, count) -> target.put(field.toString(), count));
        }
    }

    private static void putBounds(ObjectNode target, @Nullable Map<Integer, ByteBuffer> bounds) {
        if (bounds != null) {
            bounds.forEach((field, bound) -> {
                ByteBuffer rest = bound.duplicate();
                byte[] bytes = new byte[rest.remaining()];
                rest.get(bytes);
                target.put(field.toString(), Base64.getEncoder().encodeToString(bytes));
            });
        }
    }

    private static Map<Integer, Long> counts(JsonNode file, String name) {
        return byField(file, name, JsonNode::longValue);
    }

    private static Map<Integer, ByteBuffer> bounds(JsonNode file, String name) {
        return byField(file, name, bound -> ByteBuffer.wrap(Base64.getDecoder().decode(bound.asText())));
    }

    private static <T> Map<Integer, T> byField(JsonNode file, String name, Function<JsonNode, T> read) {
        Map<Integer, T> values = new HashMap<>();
        file.path(name)
                .properties()
                .forEach(entry -> values.put(Integer.valueOf(entry.getKey()), read.apply(entry.getValue())));
        return values;
    }

    /** What says where the table was and which snapshots it had goes: the copy has one of its own. */
    private static ObjectNode withoutPlace(ObjectNode metadata) {
        metadata.put("location", "");
        metadata.remove(List.of("current-snapshot-id", "statistics", "partition-statistics"));
        metadata.putArray("snapshots");
        metadata.putArray("snapshot-log");
        metadata.putArray("metadata-log");
        metadata.putObject("refs");
        return metadata;
    }

    private static ObjectNode parse(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("Iceberg wrote metadata that is no JSON", impossible);
        }
    }
}
