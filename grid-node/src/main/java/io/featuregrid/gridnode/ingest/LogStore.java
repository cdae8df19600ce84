package io.featuregrid.gridnode.ingest;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the log, wherever in the grid they lie. What was put is there until it is removed, whichever one machine or all processes
 * crash. Safe for use by several threads.
 */
public interface LogStore {
    /** Puts an entry; durable when this returns. After a failure it may be there or not. */
    void put(LogEntry entry);

    @Nullable
    LogEntry get(EntryKey key);

    /** Those of the entries that are there, in any order. */
    List<LogEntry> getAll(Collection<EntryKey> keys);

    /** Removes entries; those that are not there are no matter. */
    void remove(Collection<EntryKey> keys);

    /** All entries of a partition. */
    List<LogEntry.Summary> scan(int partition);
}
