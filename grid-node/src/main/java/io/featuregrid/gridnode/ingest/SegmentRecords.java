package io.featuregrid.gridnode.ingest;

import org.jspecify.annotations.Nullable;

/**
 * The last segment of each shard, kept in the grid as safely as the log's entries. Changes compare and set: of two nodes that both believe
 * themselves a set's committer, one only can number the next segment. Safe for use by several threads.
 */
public interface SegmentRecords {
    @Nullable
    Segment get(int set, int shard);

    /** Records a shard's first segment; whether it is now there as given. */
    boolean create(Segment segment);

    /** Puts a segment in place of an equal one; whether {@code next} is now there. */
    boolean replace(Segment expected, Segment next);
}
