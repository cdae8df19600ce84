package io.featuregrid.gridnode.ingest;

/**
 * What the grid knows of an upload whose entries count together or not at all.
 *
 * @param id {@code id:} and the caller's name for it, or {@code own:} and a name that the log gave
 * @param stamps reused by every try
 * @param attempt who is at it
 */
public record UploadRecord(String id, Stamps stamps, Content content, Attempt attempt, State state) {
    private static final String NAMED = "id:";
    private static final String OWN = "own:";

    /** How far an upload has come. */
    public enum State {
        /** Its entries are being put; none of them counts. */
        PREPARED,
        /** All of its entries are in the log and count. */
        LOGGED,
        /** It is merged too, and was or will be acknowledged. */
        DONE,
        /** It will never count; its entries are being removed. */
        ABORTED
    }

    /**
     * When and as what the store learnt of the rows.
     *
     * @param insertedAt microseconds
     * @param acceptedAt microseconds: the observed_at of rows that state none
     * @param firstSequence the sequence of the row at position 0
     */
    public record Stamps(long insertedAt, long acceptedAt, long firstSequence) {}

    /**
     * What was written.
     *
     * @param fingerprint tells other rows of the same number apart
     */
    public record Content(long rows, int fingerprint) {}

    /**
     * One try.
     *
     * @param number from 1
     * @param holder the run of the node that makes it
     * @param since microseconds
     */
    public record Attempt(int number, String holder, long since) {}

    /** The record's id of a write that its caller named. */
    static String named(String ingestId) {
        return NAMED + ingestId;
    }

    /** The record's id of a write without a name. */
    static String own(Stamps stamps) {
        return OWN + stamps.insertedAt() + ':' + stamps.firstSequence();
    }

    /** Whether its caller named it. */
    public boolean isNamed() {
        return id.startsWith(NAMED);
    }

    UploadRecord in(State next) {
        return new UploadRecord(id, stamps, content, attempt, next);
    }

    /** Whether an entry was written by this record's try. */
    boolean covers(EntryKey key) {
        return key.insertedAt() == stamps.insertedAt() && key.attempt() == attempt.number();
    }
}
