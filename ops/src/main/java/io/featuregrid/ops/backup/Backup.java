package io.featuregrid.ops.backup;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.gridnode.ingest.ignite.FinishedUploads;
import io.featuregrid.gridnode.store.ignite.RowExport;
import io.featuregrid.offline.HistoryCopy;
import io.featuregrid.offline.layout.TableCopy;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.time.Timestamps;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * One backup: a moment at which no write is under way is the point; what the stores hold then is pinned, and copied while writes go on.
 *
 * <p>The log is drained before, and what little came since once more while writes wait, so that history alone holds all observations. Rows
 * of the online store are copied as they were at the point, since not all that they hold is in history.
 */
final class Backup {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration FIRST_DRAIN = Duration.ofMinutes(5);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final BackupPorts ports;
    private final BackupFolder folder;
    private final Progress progress;
    private final Map<String, OutputStream> streams = new HashMap<>();
    private final BufferAllocator allocator = new RootAllocator();

    /** Hears how far it is; each call may throw to end the backup. */
    interface Progress {
        void step(String what);

        void check();
    }

    /** What is pinned at the point. */
    private record Point(
            Catalog catalog,
            long insertedAt,
            HistoryCopy history,
            Map<FeatureSet, ErasureList> erased,
            List<UploadRecord> uploads,
            RowExport rows) {}

    Backup(BackupPorts ports, BackupFolder folder, Progress progress) {
        this.ports = ports;
        this.folder = folder;
        this.progress = progress;
    }

    /** Writes it all and answers what the manifest says of it, without the files. */
    ObjectNode run() throws IOException {
        if (!ports.stores().grid().alone()) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "the grid has " + ports.stores().grid().nodes()
                            + " nodes (expected one: a backup pins what its own process holds)");
        }
        progress.step("drain");
        // Twice: what comes while the first runs is much, what is left for the moment when writes wait is little.
        ports.log().drain(ports.stores().catalogs().current().sets(), FIRST_DRAIN);
        ports.log().drain(ports.stores().catalogs().current().sets(), FIRST_DRAIN);
        long closed = System.nanoTime();
        Point point = ports.writes().closed(LIMIT, this::pin);
        long pausedMillis = (System.nanoTime() - closed) / 1_000_000;
        try (allocator;
                RowExport rows = point.rows()) {
            progress.step("catalog");
            folder.write(
                    "catalog.json",
                    CatalogJson.write(point.catalog()).toPrettyString().getBytes(StandardCharsets.UTF_8));
            folder.write("state.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(state(point)));
            writeArtifacts(point.catalog());
            progress.step("online");
            rows.run(progress::check);
            for (OutputStream stream : streams.values()) {
                stream.close();
            }
            progress.step("history");
            Map<String, Long> observations = new TreeMap<>();
            for (TableCopy table : point.history().tables()) {
                observations.put(table.name(), write(table));
            }
            progress.step("manifest");
            ObjectNode content = describe(point, observations, rows.told());
            content.put("paused_ms", pausedMillis);
            folder.finish(content);
            content.remove("files");
            return content.put("files", folder.files()).put("bytes", folder.bytes());
        } finally {
            for (OutputStream stream : streams.values()) {
                stream.close();
            }
        }
    }

    /** With writes waiting. */
    private Point pin() {
        BackupPorts.Stores stores = ports.stores();
        Catalog catalog = stores.catalogs().current();
        ports.log().drain(catalog.sets(), LIMIT);
        // Ingests commit past the log; they merge behind their commit, which the pinned records of unmerged ones make
        // good.
        return stores.history().commits().closed(LIMIT, () -> {
            HistoryCopy history = stores.history().copy(catalog.sets());
            Map<FeatureSet, ErasureList> erased = new HashMap<>();
            catalog.sets().forEach(set -> erased.put(set, stores.erasures().of(set)));
            List<UploadRecord> uploads = new FinishedUploads(stores.grid()).all();
            long insertedAt = ports.stamps().next();
            // Last: whatever is merged before is in the rows, and what is not is in the records above.
            RowExport rows = stores.online().export(catalog.sets(), this::tell);
            return new Point(catalog, insertedAt, history, erased, uploads, rows);
        });
    }

    private void tell(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
        try {
            ObservationFrames.write(stream(set.name()), set, observations, versions, allocator);
        } catch (IOException failure) {
            throw BackupFolder.failed(folder.path(), failure);
        }
    }

    private OutputStream stream(String set) throws IOException {
        synchronized (streams) {
            OutputStream stream = streams.get(set);
            if (stream == null) {
                stream = new BufferedOutputStream(folder.stream("online/" + set + ".observations"), 1 << 16);
                streams.put(set, stream);
            }
            return stream;
        }
    }

    private void writeArtifacts(Catalog catalog) {
        Set<String> digests = new TreeSet<>();
        for (Resolver resolver : catalog.functions().resolvers()) {
            switch (resolver.body()) {
                case ResolverBody.Formula formula -> {}
                case ResolverBody.PythonFunction function -> digests.add(function.artifact());
                case ResolverBody.JavaMethod method -> digests.add(method.artifact());
            }
        }
        for (String digest : digests) {
            byte[] content = ports.stores()
                    .artifacts()
                    .get(digest)
                    .orElseThrow(() -> new FeatureGridException(
                            ErrorCode.INTERNAL_SERVER_ERROR,
                            "the grid lacks the artifact " + digest
                                    + " that its catalog names (expected it: apply again)"));
            folder.write("artifacts/" + digest, content);
        }
    }

    /** Answers how many observations the table has. */
    private long write(TableCopy table) throws IOException {
        List<TableCopy.CopiedFile> files = table.files();
        long rows = 0;
        for (TableCopy.CopiedFile file : files) {
            String name = file.described().path("file").asText();
            folder.copy(file.path(), "history/" + table.name() + "/data/" + name, progress::check);
            rows += file.described().path("rows").longValue();
        }
        folder.write(
                "history/" + table.name() + "/table.json",
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(table.describe(files)));
        return rows;
    }

    private ObjectNode state(Point point) {
        ObjectNode state = JSON.createObjectNode();
        state.put("format", 1).put("inserted_at", point.insertedAt());
        ObjectNode numbers = state.putObject("node_numbers");
        ports.stores().grid().nodeNumbers().forEach((number, node) -> numbers.put(number.toString(), node));
        ArrayNode erasures = state.putArray("erasures");
        point.erased()
                .forEach((set, list) -> list.marks().forEach((key, mark) -> {
                    byte[] bytes = new byte[key.remaining()];
                    key.duplicate().get(bytes);
                    erasures.addObject()
                            .put("set", set.identity().number())
                            .put("key", HexFormat.of().formatHex(bytes))
                            .put("inserted_at", mark.insertedAt())
                            .put("sequence", mark.sequence());
                }));
        ArrayNode uploads = state.putArray("uploads");
        for (UploadRecord upload : point.uploads()) {
            uploads.addObject()
                    .put("id", upload.id())
                    .put("inserted_at", upload.stamps().insertedAt())
                    .put("accepted_at", upload.stamps().acceptedAt())
                    .put("first_sequence", upload.stamps().firstSequence())
                    .put("rows", upload.content().rows())
                    .put("fingerprint", upload.content().fingerprint())
                    .put("attempt", upload.attempt().number())
                    .put("holder", upload.attempt().holder())
                    .put("since", upload.attempt().since());
        }
        ObjectNode unmerged = state.putObject("unmerged_ingests");
        point.history()
                .unmerged()
                .forEach((name, record) -> unmerged.put(name, new String(record, StandardCharsets.UTF_8)));
        return state;
    }

    private ObjectNode describe(Point point, Map<String, Long> observations, long rows) {
        ObjectNode content = JSON.createObjectNode();
        content.put("written_by", Build.version());
        content.putObject("point")
                .put("inserted_at", Timestamps.format(point.insertedAt()))
                .put("catalog_version", point.catalog().version());
        ObjectNode history = content.putObject("observations");
        observations.forEach(history::put);
        content.put("online_rows", rows);
        content.put(
                "erasures",
                point.erased().values().stream()
                        .mapToLong(list -> list.marks().size())
                        .sum());
        return content;
    }
}
