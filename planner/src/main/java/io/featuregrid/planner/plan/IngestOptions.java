package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a table of rows becomes observations.
 *
 * @param observedAt the column that states when a row was true, or a time for all rows; null if not given
 * @param skipNulls whether a null cell is not carried, instead of being a carried null
 * @param ingestId the caller's name for this batch, by which a retry is known; null if none
 * @param preserveInsertedAt the column that brings another store's inserted_at, or null
 * @param floor whether times finer than a microsecond are floored instead of refused
 * @param allowFuture whether observed_at may be later than now
 * @param tombstone the bool column that makes rows tombstones, or null
 */
public record IngestOptions(
        @Nullable String observedAt,
        boolean skipNulls,
        @Nullable String ingestId,
        @Nullable String preserveInsertedAt,
        boolean floor,
        boolean allowFuture,
        @Nullable String tombstone) {
    private static final Set<String> OPTIONS =
            Set.of("observed_at", "nulls", "ingest_id", "preserve_inserted_at", "round", "allow_future", "tombstone");
    private static final Pattern INGEST_ID = Pattern.compile("[!-~]{1,200}");

    /**
     * Reads the JSON of a Flight message's app_metadata.
     *
     * @throws io.featuregrid.planner.error.FeatureGridException INVALID_QUERY
     */
    public static IngestOptions read(JsonNode node) {
        JsonOptions options = new JsonOptions(node, "the ingest", OPTIONS);
        String id = readIngestId(options);
        String round = options.text("round");
        if (round != null && !round.equals("floor")) {
            throw options.refused("has round \"" + round + "\" (expected \"floor\")");
        }
        return new IngestOptions(
                options.text("observed_at"),
                options.word("nulls", "keep", "skip").equals("skip"),
                id,
                options.text("preserve_inserted_at"),
                round != null,
                options.flag("allow_future", false),
                options.text("tombstone"));
    }

    /** The caller's name for what it writes, or null. */
    static @Nullable String readIngestId(JsonOptions options) {
        String id = options.text("ingest_id");
        if (id != null && !INGEST_ID.matcher(id).matches()) {
            throw options.refused("has an ingest_id of " + id.length()
                    + " characters (expected 1 to 200 printable ASCII characters without blanks)");
        }
        return id;
    }
}
