package io.featuregrid.gridnode.ingest;

import java.util.Comparator;

/**
 * The name of a log entry: the rows of one upload that are of one set and lie in one partition.
 *
 * @param set number of the set
 * @param partition that of the rows' entities; the entry lies in the same one
 * @param insertedAt of the upload, in microseconds
 * @param sequence of the entry's first row; with {@code insertedAt} it is unique
 * @param attempt which try of the upload wrote it, from 1: what an abandoned try still puts late can so never pass for that of a later one
 */
public record EntryKey(int set, int partition, long insertedAt, long sequence, int attempt) {
    /** How many shards drain apart from each other. */
    public static final int SHARDS = 16;

    /** Oldest first. */
    static final Comparator<EntryKey> BY_AGE = Comparator.comparingLong(EntryKey::insertedAt)
            .thenComparingLong(EntryKey::sequence)
            .thenComparingInt(EntryKey::attempt);

    public int shard() {
        return partition % SHARDS;
    }
}
