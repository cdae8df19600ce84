package io.featuregrid.offline.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.Optional;

/** How far a load is, on disk: a small file a set, rewritten after each bucket and deleted at the end. For one thread at a time. */
final class LoadRecord {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final String table;
    private final long asOf;
    private final BitSet buckets = new BitSet();
    private long rows;

    private LoadRecord(Path file, String table, long asOf) {
        this.file = file;
        this.table = table;
        this.asOf = asOf;
    }

    /** A load that begins. */
    static LoadRecord begin(Path file, String table, long asOf) {
        LoadRecord record = new LoadRecord(file, table, asOf);
        record.write();
        return record;
    }

    /** The load that was interrupted; empty if there is none, or if it was of another table than the set has now. */
    static Optional<LoadRecord> read(Path file, String table) {
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            LoadRecord record = new LoadRecord(
                    file, json.path("table").asText(), json.path("as_of").asLong());
            json.path("buckets").forEach(bucket -> record.buckets.set(bucket.asInt()));
            record.rows = json.path("rows").asLong();
            return record.table.equals(table) ? Optional.of(record) : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    long asOf() {
        return asOf;
    }

    long rows() {
        return rows;
    }

    int bucketsDone() {
        return buckets.cardinality();
    }

    boolean isDone(int bucket) {
        return buckets.get(bucket);
    }

    /** Notes that all of a bucket is in the online store. */
    void done(int bucket, long bucketRows) {
        buckets.set(bucket);
        rows += bucketRows;
        write();
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void write() {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", 1).put("table", table).put("as_of", asOf).put("rows", rows);
        buckets.stream().forEach(json.putArray("buckets")::add);
        try {
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.write(temporary, JSON.writeValueAsBytes(json));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
