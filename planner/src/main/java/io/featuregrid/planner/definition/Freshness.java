package io.featuregrid.planner.definition;

import org.jspecify.annotations.Nullable;

/**
 * How long a value may be used, as it is declared; {@link Feature} says what holds.
 *
 * @param maxStalenessMicros how old a stored online value may be and still be served; null if not declared
 * @param offlineTtlMicros how long after observed_at a value may be used, online and offline; null if not declared
 * @param acrossVersions whether what an older version of a resolver computed may be used on
 */
public record Freshness(
        @Nullable Long maxStalenessMicros, @Nullable Long offlineTtlMicros, boolean acrossVersions) {
    public static final Freshness UNDECLARED = new Freshness(null, null);

    public Freshness(@Nullable Long maxStalenessMicros, @Nullable Long offlineTtlMicros) {
        this(maxStalenessMicros, offlineTtlMicros, false);
    }
}
