package io.featuregrid.planner.definition;

import io.featuregrid.planner.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A named, typed value of an entity.
 *
 * @param number its number in its set, from 1, never reused; 0 in a proposal, to which the catalog has not given one yet
 * @param sinceEpoch the epoch of the set in which it was added
 */
public record Feature(
        String name,
        int number,
        int sinceEpoch,
        Values values,
        Freshness freshness,
        Supply supply,
        Documentation documentation) {
    /** A feature that is written. */
    public Feature(
            String name, int number, int sinceEpoch, Values values, Freshness freshness, Documentation documentation) {
        this(name, number, sinceEpoch, values, freshness, Supply.WRITTEN, documentation);
    }

    public FeatureType type() {
        return values.type();
    }

    /** The same feature under a number of its own. */
    public Feature numbered(int number, int sinceEpoch) {
        return new Feature(name, number, sinceEpoch, values, freshness, supply, documentation);
    }

    /** The same feature with values from elsewhere. */
    public Feature supplied(Supply supply) {
        return new Feature(name, number, sinceEpoch, values, freshness, supply, documentation);
    }

    public boolean computed() {
        return supply == Supply.COMPUTED;
    }

    /**
     * How long after observed_at a value may be used: the declared ttl; else, of a feature without a resolver, the declared max staleness
     * (training must not see what serving does not); else for ever.
     */
    public long ttlMicros() {
        Long declared = freshness.offlineTtlMicros();
        if (declared != null) {
            return declared;
        }
        Long staleness = freshness.maxStalenessMicros();
        return staleness == null || computed() ? Durations.INFINITY : staleness;
    }

    /** The declared max staleness; by default 0 with a resolver, infinity without one. */
    public long maxStalenessMicros() {
        Long declared = freshness.maxStalenessMicros();
        if (declared != null) {
            return declared;
        }
        return computed() ? 0 : Durations.INFINITY;
    }

    /**
     * How old a stored value may be and still be served online: at most the max staleness and at most the ttl.
     *
     * @param override the max staleness that a request asks for in place of the declared one, or null; it also replaces a ttl that only
     *     follows the declared one
     */
    public long maxAgeMicros(@Nullable Long override) {
        if (override == null) {
            return Math.min(maxStalenessMicros(), ttlMicros());
        }
        Long declared = freshness.offlineTtlMicros();
        return Math.min(override, declared == null ? Durations.INFINITY : declared);
    }
}
