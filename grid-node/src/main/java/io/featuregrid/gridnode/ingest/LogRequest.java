package io.featuregrid.gridnode.ingest;

import java.util.List;

/** What nodes ask of each other for the log's sake. */
public sealed interface LogRequest {
    /** To an owner: put an entry that counts at once, and merge it. */
    record Append(LogEntry entry) implements LogRequest {}

    /** To an owner: put entries that count once their upload's record says so. */
    record Prepare(List<LogEntry> entries) implements LogRequest {
        public Prepare {
            entries = List.copyOf(entries);
        }
    }

    /** To an owner: merge entries whose upload counts now. */
    record Commit(List<EntryKey> keys) implements LogRequest {
        public Commit {
            keys = List.copyOf(keys);
        }
    }

    /** To an owner: mind entries that were put past it. */
    record Adopt(List<LogEntry.Summary> entries) implements LogRequest {
        public Adopt {
            entries = List.copyOf(entries);
        }
    }

    /** To an owner: remove entries, which are in history or never counted. */
    record Forget(List<EntryKey> keys) implements LogRequest {
        public Forget {
            keys = List.copyOf(keys);
        }
    }

    /** To an owner: how much of the log there is in some partitions. */
    record Measure(List<Integer> partitions) implements LogRequest {
        public Measure {
            partitions = List.copyOf(partitions);
        }
    }

    /** To an owner: which entries of a set may be drained from some partitions, the oldest first, up to a number of entries and bytes. */
    record Gather(int set, List<Integer> partitions, int entries, long bytes) implements LogRequest {
        public Gather {
            partitions = List.copyOf(partitions);
        }
    }

    /** To any node: which uploads its entries still depend on. */
    record Doubts() implements LogRequest {}

    /** To a committer: bring into history all of some sets that may be drained now. */
    record Drain(List<Integer> sets) implements LogRequest {
        public Drain {
            sets = List.copyOf(sets);
        }
    }
}
