package io.featuregrid.planner.definition;

import io.featuregrid.planner.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * How long a value may be used.
 *
 * @param maxStalenessMicros how old a stored online value may be and still be served; null if not declared
 * @param offlineTtlMicros how long after observed_at a value may be used, online and offline; null if not declared
 */
public record Freshness(
        @Nullable Long maxStalenessMicros, @Nullable Long offlineTtlMicros) {
    public static final Freshness UNDECLARED = new Freshness(null, null);

    /**
     * The ttl that holds: the declared one, else the declared max staleness (training must not see what serving does not), else for ever.
     * For features without a resolver.
     */
    public long effectiveTtlMicros() {
        if (offlineTtlMicros != null) {
            return offlineTtlMicros;
        }
        return maxStalenessMicros != null ? maxStalenessMicros : Durations.INFINITY;
    }

    /**
     * How old a stored value may be and still be served online: at most the max staleness and at most the ttl. For features without a
     * resolver.
     *
     * @param override the max staleness that a request asks for in place of the declared one, or null; it also replaces a ttl that only
     *     follows the declared one
     */
    public long maxAgeMicros(@Nullable Long override) {
        if (override == null) {
            return Math.min(maxStalenessMicros == null ? Durations.INFINITY : maxStalenessMicros, effectiveTtlMicros());
        }
        return Math.min(override, offlineTtlMicros == null ? Durations.INFINITY : offlineTtlMicros);
    }
}
