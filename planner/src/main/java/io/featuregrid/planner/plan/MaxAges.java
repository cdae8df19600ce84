package io.featuregrid.planner.plan;

import java.util.Arrays;

/** How old each of a read's features may be, in microseconds. Immutable, equal by its content. */
public final class MaxAges {
    private final long[] micros;

    public MaxAges(long[] micros) {
        this.micros = micros.clone();
    }

    public int count() {
        return micros.length;
    }

    public long at(int feature) {
        return micros[feature];
    }

    /** A copy. */
    public long[] toArray() {
        return micros.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MaxAges ages && Arrays.equals(micros, ages.micros);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(micros);
    }

    @Override
    public String toString() {
        return Arrays.toString(micros);
    }
}
