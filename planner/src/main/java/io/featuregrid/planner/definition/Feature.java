package io.featuregrid.planner.definition;

/**
 * A named, typed value of an entity.
 *
 * @param number its number in its set, from 1, never reused; 0 in a proposal, to which the catalog has not given one yet
 * @param sinceEpoch the epoch of the set in which it was added
 */
public record Feature(
        String name, int number, int sinceEpoch, Values values, Freshness freshness, Documentation documentation) {
    public FeatureType type() {
        return values.type();
    }

    /** The same feature under a number of its own. */
    public Feature numbered(int number, int sinceEpoch) {
        return new Feature(name, number, sinceEpoch, values, freshness, documentation);
    }
}
