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
}
