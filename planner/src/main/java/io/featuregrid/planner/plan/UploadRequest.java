package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Observations that a caller writes, checked.
 *
 * @param ingestId the caller's name for this write, or null
 * @param sets what is observed of each set
 */
public record UploadRequest(@Nullable String ingestId, List<Observations> sets) {
    /** In a row of JSON, whether it is a tombstone. */
    public static final String TOMBSTONE = "__tombstone";

    private static final Set<String> OPTIONS = Set.of("rows", "columns", "observed_at", "ingest_id");

    public UploadRequest {
        sets = List.copyOf(sets);
    }

    /**
     * Rows of one set.
     *
     * @param batch as {@link io.featuregrid.planner.batch.ObservationColumns} says, of which only {@code __observed_at}, MISSING where
     *     the accepting node's clock is meant, and {@code __tombstone} are there. On the heap
     */
    public record Observations(FeatureSet set, FeatureBatch batch) {}

    /** How many observations all sets have together. */
    public long observations() {
        return sets.stream().mapToLong(rows -> rows.batch().rows()).sum();
    }

    /**
     * Reads {@code {rows: [{set.feature: value}]}} or {@code {columns: {set.feature: [value]}}} with {@code observed_at} and
     * {@code ingest_id}. In rows an absent name is not carried; a listed column is.
     *
     * @param now the accepting node's clock
     * @param futureToleranceMicros how far ahead of it observed_at may be
     * @throws FeatureGridException PARSE_FAILED for an unknown name, INVALID_QUERY for another shape, VALIDATION_FAILED naming row and value
     */
    public static UploadRequest read(Catalog catalog, JsonNode body, long now, long futureToleranceMicros) {
        JsonOptions options = new JsonOptions(body, "the upload", OPTIONS);
        if (body.hasNonNull("rows") == body.hasNonNull("columns")) {
            throw options.refused(
                    "has " + (body.hasNonNull("rows") ? "both rows and columns" : "neither rows nor columns")
                            + " (expected one of them)");
        }
        UploadCells cells = body.hasNonNull("rows")
                ? UploadCells.ofRows(body.get("rows"), options)
                : UploadCells.ofColumns(options.objectByName("columns"), options);
        String observedAt = options.text("observed_at");
        Map<String, UploadSet> sets = new LinkedHashMap<>();
        UploadNames names = new UploadNames(catalog, cells.names(), observedAt);
        names.bySet().forEach((set, features) -> sets.put(set.name(), new UploadSet(set, features, cells, observedAt)));
        List<Observations> observations = new ArrayList<>();
        for (UploadSet set : sets.values()) {
            FeatureBatch batch = set.read(now, futureToleranceMicros);
            if (batch.rows() > 0) {
                observations.add(new Observations(set.set(), batch));
            }
        }
        if (observations.isEmpty() && cells.rows() > 0) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the upload names no entity (expected the key of a set, like \"flight.id\", and its features)");
        }
        return new UploadRequest(IngestOptions.readIngestId(options), observations);
    }
}
