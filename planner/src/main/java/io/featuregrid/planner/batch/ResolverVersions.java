package io.featuregrid.planner.batch;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * By which version of its resolver each feature of a batch of observations was computed, the same for all rows of it; 0 where no resolver
 * did. Immutable; two are equal if they say the same of every feature.
 */
public final class ResolverVersions {
    /** No resolver computed anything: of what people write. */
    public static final ResolverVersions NONE = new ResolverVersions(new TreeMap<>());

    private final SortedMap<Integer, Integer> byNumber;
    private final int[] versions;

    private ResolverVersions(SortedMap<Integer, Integer> byNumber) {
        this.byNumber = byNumber;
        this.versions = new int[byNumber.isEmpty() ? 0 : byNumber.lastKey() + 1];
        byNumber.forEach((number, version) -> versions[number] = version);
    }

    /**
     * The versions of some features.
     *
     * @param byNumber a version from 0 up by the feature's number in its set, from 1 up
     * @throws IllegalArgumentException if a number or a version is lower
     */
    public static ResolverVersions of(Map<Integer, Integer> byNumber) {
        SortedMap<Integer, Integer> known = new TreeMap<>();
        byNumber.forEach((number, version) -> {
            if (number < 1 || version < 0) {
                throw new IllegalArgumentException("feature number " + number + " has resolver version " + version
                        + " (expected a number from 1 and a version from 0)");
            }
            if (version != 0) {
                known.put(number, version);
            }
        });
        return known.isEmpty() ? NONE : new ResolverVersions(known);
    }

    /** Whether no feature has a version. */
    public boolean isEmpty() {
        return versions.length == 0;
    }

    /** The version of a feature; 0 for none. */
    public int version(int number) {
        return number < versions.length ? versions[number] : 0;
    }

    /** The versions that are not 0 as {@link #ofText} reads them: {@code 2=7,5=1}, by ascending number. */
    public String text() {
        StringBuilder text = new StringBuilder();
        byNumber.forEach((number, version) -> text.append(text.isEmpty() ? "" : ",")
                .append(number)
                .append('=')
                .append(version));
        return text.toString();
    }

    /**
     * The versions of a text.
     *
     * @throws IllegalArgumentException if it is none that {@link #text} writes
     */
    public static ResolverVersions ofText(String text) {
        Map<Integer, Integer> byNumber = new TreeMap<>();
        for (String one : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int sign = one.indexOf('=');
            if (sign < 0) {
                throw new IllegalArgumentException(
                        "resolver versions are \"" + text + "\" (expected number=version, separated by commas)");
            }
            byNumber.put(Integer.parseInt(one.substring(0, sign)), Integer.parseInt(one.substring(sign + 1)));
        }
        return of(byNumber);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResolverVersions that && byNumber.equals(that.byNumber);
    }

    @Override
    public int hashCode() {
        return byNumber.hashCode();
    }

    @Override
    public String toString() {
        return "[" + text() + "]";
    }
}
