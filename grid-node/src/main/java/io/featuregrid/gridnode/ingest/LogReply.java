package io.featuregrid.gridnode.ingest;

import java.util.List;

/** What nodes answer to a {@link LogRequest}. */
public sealed interface LogReply {
    /** It is done. */
    record Done() implements LogReply {}

    /** Another node is in charge now: ask again, that one. What was asked may be done, and may be asked once more. */
    record NotInCharge() implements LogReply {}

    /** The log has no room; nothing was written. */
    record Full(String message) implements LogReply {}

    /** How much there is of each shard. */
    record Measured(List<ShardSize> shards) implements LogReply {
        public Measured {
            shards = List.copyOf(shards);
        }
    }

    /**
     * Entries that may be drained.
     *
     * @param more whether there are others still
     */
    record Gathered(List<LogEntry.Summary> entries, boolean more) implements LogReply {
        public Gathered {
            entries = List.copyOf(entries);
        }
    }

    /** The ids of uploads. */
    record Uploads(List<String> ids) implements LogReply {
        public Uploads {
            ids = List.copyOf(ids);
        }
    }

    /** It failed; what was asked may be done, or half done, or be done later. */
    record Failed(String message) implements LogReply {}

    /** The node left the grid. */
    record Gone() implements LogReply {}

    /**
     * The log of one shard of a set, on one node.
     *
     * @param set number of the set
     * @param oldest inserted_at of the oldest entry, in microseconds
     */
    record ShardSize(int set, int shard, int entries, long rows, long bytes, long oldest) {
        ShardSize plus(ShardSize other) {
            return new ShardSize(
                    set,
                    shard,
                    entries + other.entries,
                    rows + other.rows,
                    bytes + other.bytes,
                    Math.min(oldest, other.oldest));
        }
    }
}
