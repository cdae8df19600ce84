package io.featuregrid.planner.batch;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stamps behind the values of one column, row by row: which observation each value, or each MISSING by a tombstone, comes from, and by
 * which version of its resolver it was computed. Filled by one thread, then read only.
 */
public final class StampColumn {
    private final @Nullable Stamp[] stamps;
    private final byte[] origins;
    private final boolean[] tombstones;
    private int @Nullable [] versions;

    /** A column in which no row has a stamp. */
    public StampColumn(int rows) {
        this.stamps = new @Nullable Stamp[rows];
        this.origins = new byte[rows];
        this.tombstones = new boolean[rows];
    }

    public int rows() {
        return stamps.length;
    }

    /**
     * Sets the stamp of a row.
     *
     * @param tombstone whether the value is MISSING by it
     */
    public void set(int row, Stamp stamp, Origin origin, boolean tombstone) {
        stamps[row] = stamp;
        origins[row] = (byte) origin.code();
        tombstones[row] = tombstone;
    }

    /** Sets by which version of its resolver the value of a row that has a stamp was computed; 0 for none. */
    public void setVersion(int row, int version) {
        if (version != 0) {
            if (versions == null) {
                versions = new int[stamps.length];
            }
            versions[row] = version;
        }
    }

    /** By which version of its resolver the row's value was computed; 0 for none. */
    public int version(int row) {
        return versions == null ? 0 : versions[row];
    }

    /** The row's stamp; empty if no observation or tombstone of the feature is known. */
    public Optional<Stamp> stamp(int row) {
        return Optional.ofNullable(stamps[row]);
    }

    /** The origin of a row that has a stamp. */
    public Origin origin(int row) {
        return Origin.ofCode(origins[row]);
    }

    /** Whether the row's stamp is that of a tombstone. */
    public boolean tombstone(int row) {
        return tombstones[row];
    }
}
