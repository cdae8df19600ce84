package io.featuregrid.planner.batch;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stamps behind the values of one column, row by row: which observation each value, or each MISSING by a tombstone, comes from. Filled
 * by one thread, then read only.
 */
public final class StampColumn {
    private final @Nullable Stamp[] stamps;
    private final byte[] origins;
    private final boolean[] tombstones;

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
