package io.featuregrid.planner.batch;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** By which versions of resolvers the features of some rows were computed, the same for all of them. Immutable. */
public final class ResolverVersions {
    /** Nothing was computed. */
    public static final ResolverVersions NONE = new ResolverVersions(Map.of());

    private final SortedMap<Integer, Integer> versions;

    private ResolverVersions(Map<Integer, Integer> versions) {
        this.versions = new TreeMap<>(versions);
    }

    /** Versions above 0, by feature number. */
    public static ResolverVersions of(Map<Integer, Integer> versions) {
        return versions.isEmpty() ? NONE : new ResolverVersions(versions);
    }

    /** The version of a feature's value; 0 if it was not computed. */
    public int version(int number) {
        return versions.getOrDefault(number, 0);
    }

    /** The versions by feature number up to a number. */
    public int[] upTo(int highest) {
        int[] found = new int[highest + 1];
        versions.forEach((number, version) -> {
            if (number <= highest) {
                found[number] = version;
            }
        });
        return found;
    }

    public boolean isEmpty() {
        return versions.isEmpty();
    }

    /** {@code number:version} of each feature, in ascending order, with commas. */
    public String text() {
        StringBuilder text = new StringBuilder();
        versions.forEach((number, version) -> text.append(text.isEmpty() ? "" : ",")
                .append(number)
                .append(':')
                .append(version));
        return text.toString();
    }

    /**
     * Reads {@link #text}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static ResolverVersions parse(String text) {
        Map<Integer, Integer> versions = new TreeMap<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int colon = pair.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("\"" + text + "\" (expected number:version, ...)");
            }
            versions.put(Integer.valueOf(pair.substring(0, colon)), Integer.valueOf(pair.substring(colon + 1)));
        }
        return of(versions);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResolverVersions that && versions.equals(that.versions);
    }

    @Override
    public int hashCode() {
        return versions.hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
