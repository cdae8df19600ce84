package io.featuregrid.offline.layout;

/** The columns of a history table that are ours. */
public final class SystemColumns {
    public static final String OBSERVED_AT = "__observed_at";
    public static final String INSERTED_AT = "__inserted_at";
    public static final String SEQUENCE = "__sequence";
    public static final String ORIGIN = "__origin";
    public static final String TOMBSTONE = "__tombstone";
    public static final String CARRY = "__carry";
    /** Where the key has not exactly one column. */
    public static final String BUCKET = "__bucket";
    /** In files of {@link CarrySets#SHARED}: which features a row carries, bit number - 1, least significant first. */
    public static final String CARRIED = "__carried";

    private SystemColumns() {}
}
