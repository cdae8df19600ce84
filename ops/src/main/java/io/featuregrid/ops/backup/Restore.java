package io.featuregrid.ops.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.gridnode.cluster.Grid;
import io.featuregrid.gridnode.cluster.GridArtifacts;
import io.featuregrid.gridnode.cluster.GridCatalogStore;
import io.featuregrid.gridnode.cluster.GridErasures;
import io.featuregrid.gridnode.cluster.GridSettings;
import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.gridnode.ingest.ignite.FinishedUploads;
import io.featuregrid.gridnode.store.ignite.IgniteOnlineStore;
import io.featuregrid.offline.HistoryCopy;
import io.featuregrid.offline.HistorySettings;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.definition.FeatureSet;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Makes of a backup what a node finds in its home: a grid of one node with the point's catalog, erasures, artifacts, named writes and online
 * rows, and histories with the point's observations. The node's number is one that no node had, and its stamps go on above the point's, so
 * none is given twice.
 */
public final class Restore {
    private static final int MOST_NODES = 32_767;

    private final WrittenBackup backup;
    private final JsonNode state;
    private final Consumer<String> progress;

    /**
     * A restore of a backup.
     *
     * @param progress told each step
     */
    public Restore(WrittenBackup backup, Consumer<String> progress) {
        this.backup = backup;
        this.state = backup.json("state.json");
        this.progress = progress;
        if (state.path("format").asInt() != 1) {
            throw backup.unreadable(new IOException(
                    "state.json has format " + state.path("format").asText("none") + " (expected 1)"));
        }
    }

    /**
     * Writes a home that holds nothing yet.
     *
     * @return {@code {catalog_version, inserted_at, observations: {table: n}, online: n}}
     */
    public ObjectNode into(Path home, GridSettings grid, HistorySettings history) throws IOException {
        Catalog catalog = CatalogJson.read(backup.json("catalog.json"));
        progress.accept("grid");
        long online = restoreGrid(grid, catalog);
        progress.accept("history");
        restoreHistory(home, history);
        long insertedAt = state.path("inserted_at").longValue();
        Files.writeString(home.resolve("inserted_at"), Long.toString(insertedAt), StandardCharsets.US_ASCII);
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.set("point", backup.content().path("point"));
        result.set("observations", backup.content().path("observations"));
        return result.put("online", online);
    }

    private long restoreGrid(GridSettings settings, Catalog catalog) throws IOException {
        Map<Integer, String> numbers = new TreeMap<>();
        state.path("node_numbers")
                .properties()
                .forEach(entry -> numbers.put(
                        Integer.valueOf(entry.getKey()), entry.getValue().asText()));
        int next = numbers.isEmpty() ? 1 : Collections.max(numbers.keySet()) + 1;
        if (next > MOST_NODES) {
            throw backup.unreadable(new IOException("all " + MOST_NODES + " node numbers were given"));
        }
        Grid.begin(settings.folder(), next);
        try (Grid grid = Grid.start(settings);
                GridCatalogStore catalogs = GridCatalogStore.open(grid, Optional.of(catalog));
                GridErasures erasures = GridErasures.open(grid)) {
            grid.keepNodeNumbers(numbers);
            GridArtifacts artifacts = GridArtifacts.open(grid);
            for (String name : backup.names("artifacts/")) {
                artifacts.put(backup.bytes(name));
            }
            restoreErasures(catalog, erasures);
            restoreUploads(new FinishedUploads(grid));
            IgniteOnlineStore online = IgniteOnlineStore.on(grid, erasures);
            catalogs.current().sets().forEach(online::prepare);
            long told = 0;
            for (FeatureSet set : catalog.sets()) {
                told += restoreRows(set, online);
            }
            return told;
        }
    }

    /** Answers how many observations were merged. */
    private long restoreRows(FeatureSet set, IgniteOnlineStore online) throws IOException {
        String name = "online/" + set.name() + ".observations";
        if (backup.names(name).isEmpty()) {
            return 0;
        }
        progress.accept("online rows of " + set.name());
        long[] merged = {0};
        try (BufferAllocator allocator = new RootAllocator();
                InputStream source = new BufferedInputStream(Files.newInputStream(backup.file(name)), 1 << 16)) {
            ObservationFrames.read(source, set, allocator, (observations, versions) -> {
                online.merge(set, observations, versions);
                merged[0] += observations.rows();
            });
        }
        return merged[0];
    }

    private void restoreErasures(Catalog catalog, GridErasures erasures) {
        for (JsonNode erased : state.path("erasures")) {
            for (FeatureSet set : catalog.sets()) {
                if (set.identity().number() == erased.path("set").intValue()) {
                    Stamp mark = new Stamp(
                            0,
                            erased.path("inserted_at").longValue(),
                            erased.path("sequence").longValue());
                    erasures.add(
                            set,
                            List.of(HexFormat.of().parseHex(erased.path("key").asText())),
                            mark);
                }
            }
        }
    }

    private void restoreUploads(FinishedUploads uploads) {
        for (JsonNode upload : state.path("uploads")) {
            uploads.keep(new UploadRecord(
                    upload.path("id").asText(),
                    new UploadRecord.Stamps(
                            upload.path("inserted_at").longValue(),
                            upload.path("accepted_at").longValue(),
                            upload.path("first_sequence").longValue()),
                    new UploadRecord.Content(
                            upload.path("rows").longValue(),
                            upload.path("fingerprint").intValue()),
                    new UploadRecord.Attempt(
                            upload.path("attempt").intValue(),
                            upload.path("holder").asText(),
                            upload.path("since").longValue()),
                    UploadRecord.State.DONE));
        }
    }

    private void restoreHistory(Path home, HistorySettings settings) throws IOException {
        try (HistoryCopy.Target target = new HistoryCopy.Target(home, settings)) {
            for (String name : backup.names("history/")) {
                if (name.endsWith("/table.json")) {
                    JsonNode described = backup.json(name);
                    String table = described.path("table").asText();
                    progress.accept("history of " + table);
                    Path data = target.dataFolder(table);
                    for (JsonNode file : described.path("files")) {
                        String dataFile = file.path("file").asText();
                        Files.copy(backup.file("history/" + table + "/data/" + dataFile), data.resolve(dataFile));
                    }
                    target.adopt(table, described);
                }
            }
            for (Map.Entry<String, JsonNode> record :
                    state.path("unmerged_ingests").properties()) {
                target.keepUnmerged(record.getKey(), record.getValue().asText().getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
