package io.featuregrid.planner.execute;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody may do. A token has one or several of these, and none includes another. */
public enum Role {
    /** Queries, training sets, histories, look-ups of one entity, plans; the grid's rows by thin clients. */
    READ("queries, training sets, histories, look-ups of an entity, plans, and rows by thin clients"),
    /** Observations as they are made: uploads, and ingests by DoPut. */
    INGEST("uploads, and ingests whose times are the store's own or past"),
    /** Ingests that bring another store's insertion times, or observations of the future: both can change what training sets saw. */
    IMPORT("ingests with preserve_inserted_at or allow_future"),
    /** Forgetting entities. */
    ERASE("erasing entities"),
    /** Definitions and the code of functions, which then runs on the nodes: whoever has this may run programs there. */
    APPLY("definitions and artifacts, dry runs too: their functions run on the nodes"),
    /** Keeping the store running: metrics, loads, compaction, backups, logs, stopping. */
    OPERATE("metrics, loads of history into the grid, compaction, backups, logs");

    private final String allows;

    Role(String allows) {
        this.allows = allows;
    }

    /** The name as people write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the role allows, in a line for people. */
    public String allows() {
        return allows;
    }

    /** The role of a name, or empty if there is none. */
    public static Optional<Role> find(String text) {
        return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
    }
}
