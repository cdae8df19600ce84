package io.featuregrid.gridnode.ingest;

import org.jspecify.annotations.Nullable;

/** A rule of the log that is broken on purpose, so that a control can see that its check would find it. */
public enum BrokenRule {
    /** All rules are kept. */
    NONE,
    /** Entries are deleted before they are read for history, so that they are lost. */
    DELETE_BEFORE_READING,
    /** Entries are deleted after they are read and before history has them, so that a crash between loses them. */
    DELETE_BEFORE_COMMIT,
    /** Entries are drained whether they count and are merged or not. */
    DRAIN_IN_DOUBT,
    /** A segment is numbered anew after a crash, not redone under its number. */
    FORGET_SEGMENTS,
    /** Rows that are for history only are merged into online rows too. */
    MERGE_ALL,
    /** What is merged again is merged without the versions of its resolvers. */
    FORGET_VERSIONS;

    /** The system property by which a check breaks a rule in a real node. */
    public static final String PROPERTY = "featuregrid.break";

    /** What a property asks for: {@code log} and nothing else breaks a rule of the log. */
    static BrokenRule ofProperty(@Nullable String property) {
        return "log".equals(property) ? DELETE_BEFORE_READING : NONE;
    }
}
