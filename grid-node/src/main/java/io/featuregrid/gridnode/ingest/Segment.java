package io.featuregrid.gridnode.ingest;

import java.util.List;

/**
 * The last segment of a set's shard: the entries that go into history together, under its number.
 *
 * @param set number of the set
 * @param number higher than those of all segments before
 * @param keys its entries; none once the segment is over and done
 */
public record Segment(int set, int shard, long number, List<EntryKey> keys) {
    public Segment {
        keys = List.copyOf(keys);
    }

    public boolean closed() {
        return keys.isEmpty();
    }

    /** The same segment when its entries are in history and no longer in the log. Its number stays known. */
    public Segment close() {
        return new Segment(set, shard, number, List.of());
    }
}
