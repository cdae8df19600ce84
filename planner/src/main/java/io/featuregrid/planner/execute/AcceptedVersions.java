package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Origin;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which resolver versions of stored values still count, for each feature of a read. Where they are restricted, a value that a resolver
 * computed counts if its version is among them; a value without a version counts unless a query wrote it: then it was computed and came
 * back from history, which does not know by which version. What people wrote has no version and always counts. Immutable.
 */
public final class AcceptedVersions {
    /** Every version of every feature. */
    public static final AcceptedVersions ANY = new AcceptedVersions(new int[0][]);

    private static final int QUERY = Origin.QUERY.code();

    /** One a feature, null for any; none at all if nothing is restricted. */
    private final int[] @Nullable [] accepted;

    private AcceptedVersions(int[] @Nullable [] accepted) {
        this.accepted = accepted;
    }

    /**
     * The versions that count.
     *
     * @param versions one a feature in the order of the read: versions above 0, none of which counts if there is none; null for any
     * @throws IllegalArgumentException if a version is below 1
     */
    public static AcceptedVersions of(List<int @Nullable []> versions) {
        int[] @Nullable [] accepted = new int[versions.size()][];
        boolean restricted = false;
        for (int feature = 0; feature < accepted.length; feature++) {
            int[] ofFeature = versions.get(feature);
            if (ofFeature != null) {
                if (Arrays.stream(ofFeature).anyMatch(version -> version < 1)) {
                    throw new IllegalArgumentException("accepted versions of the feature at " + feature + " are "
                            + Arrays.toString(ofFeature) + " (expected versions from 1)");
                }
                accepted[feature] = ofFeature.clone();
                restricted = true;
            }
        }
        return restricted ? new AcceptedVersions(accepted) : ANY;
    }

    /** Whether there is a feature of which not every version counts. */
    public boolean restricted() {
        return accepted.length > 0;
    }

    /** Whether this tells of a read of so many features. */
    boolean fits(int features) {
        return accepted.length == 0 || accepted.length == features;
    }

    /**
     * Whether a stored value counts. Only asked if something is {@link #restricted}.
     *
     * @param feature its position in the read
     * @param version of the value; 0 for none
     * @param originCode of the observation that it comes from
     */
    public boolean accepts(int feature, int version, int originCode) {
        int[] ofFeature = accepted[feature];
        if (ofFeature == null) {
            return true;
        }
        if (version == 0) {
            return originCode != QUERY;
        }
        for (int one : ofFeature) {
            if (one == version) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return accepted.length == 0
                ? "any"
                : Arrays.stream(accepted)
                        .map(one -> one == null ? "any" : Arrays.toString(one))
                        .collect(Collectors.joining(", ", "[", "]"));
    }
}
