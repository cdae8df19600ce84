package io.featuregrid.gridnode.ingest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of uploads, kept in the grid as safely as the log's entries. Changes compare and set. Safe for use by several threads.
 *
 * <p>They never expire by themselves: an entry whose record is gone counts, so a record may only go when nothing hangs on it.
 */
public interface UploadRecords {
    @Nullable
    UploadRecord get(String id);

    /** Puts a record if there is none of its id; whether it is now there as given. */
    boolean create(UploadRecord record);

    /** Puts a record in place of an equal one; whether {@code next} is now there. */
    boolean replace(UploadRecord expected, UploadRecord next);

    /** Removes a record if it is still equal to the given one. */
    void remove(UploadRecord record);

    /**
     * The records that this node is in charge of and whose try began before a time.
     *
     * @param unfinishedBefore microseconds, for PREPARED ones
     * @param finishedBefore microseconds, for all others
     */
    List<UploadRecord> begunBefore(long unfinishedBefore, long finishedBefore);
}
