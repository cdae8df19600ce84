package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.Durations;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of rows.
 *
 * @param features what to read, no key columns among them
 * @param maxAgesMicros how old each of the features may be at {@code now}, edge included; {@link Durations#INFINITY} for any age
 * @param versions by which versions of resolvers each of the features may have been computed; null for any, in the place of a feature or
 *     of all
 * @param now microseconds; what was observed later is MISSING
 * @param stamps whether the answer tells which observation each value comes from, also of those that do not qualify
 */
// The array is the plan's and read only: a list of boxed numbers would cost each request.
@SuppressWarnings("ArrayRecordComponent")
public record OnlineRead(
        FeatureSet set,
        List<Feature> features,
        long[] maxAgesMicros,
        int @Nullable [] @Nullable [] versions,
        long now,
        boolean stamps) {
    /** A read of values whoever computed them. */
    public OnlineRead(FeatureSet set, List<Feature> features, long[] maxAgesMicros, long now, boolean stamps) {
        this(set, features, maxAgesMicros, null, now, stamps);
    }

    public OnlineRead {
        if (maxAgesMicros.length != features.size()) {
            throw new IllegalArgumentException(
                    maxAgesMicros.length + " ages for " + features.size() + " features (expected one each)");
        }
    }

    /** Every value that was observed until now, however old. */
    public static OnlineRead ofAnyAge(FeatureSet set, List<Feature> features, long now, boolean stamps) {
        long[] ages = new long[features.size()];
        Arrays.fill(ages, Durations.INFINITY);
        return new OnlineRead(set, features, ages, now, stamps);
    }

    /**
     * Whether a value that was computed so qualifies for the feature at that position. One that came back from history has lost its version,
     * and does not where versions count.
     *
     * @param version of the resolver; 0 for none
     */
    public boolean qualifies(int feature, int version, Origin origin) {
        int[] accepted = versions == null ? null : versions[feature];
        if (accepted == null || (version == 0 && origin != Origin.QUERY)) {
            return true;
        }
        for (int one : accepted) {
            if (one == version) {
                return true;
            }
        }
        return false;
    }

    /** Whether a value observed then qualifies for the feature at that position. */
    public boolean qualifies(int feature, long observedAt) {
        return observedAt <= now && now <= Durations.add(observedAt, maxAgesMicros[feature]);
    }
}
