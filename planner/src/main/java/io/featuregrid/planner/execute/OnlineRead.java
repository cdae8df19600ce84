package io.featuregrid.planner.execute;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.Durations;
import java.util.Arrays;
import java.util.List;

/**
 * What is asked of rows.
 *
 * @param features what to read, no key columns among them
 * @param maxAgesMicros how old each of the features may be at {@code now}, edge included; {@link Durations#INFINITY} for any age
 * @param now microseconds; what was observed later is MISSING
 * @param stamps whether the answer tells which observation each value comes from, also of those that do not qualify
 * @param versions which resolver versions of stored values still count; what does not is MISSING
 */
// The array is the plan's and read only: a list of boxed numbers would cost each request.
@SuppressWarnings("ArrayRecordComponent")
public record OnlineRead(
        FeatureSet set,
        List<Feature> features,
        long[] maxAgesMicros,
        long now,
        boolean stamps,
        AcceptedVersions versions) {
    public OnlineRead {
        if (maxAgesMicros.length != features.size()) {
            throw new IllegalArgumentException(
                    maxAgesMicros.length + " ages for " + features.size() + " features (expected one each)");
        }
        if (!versions.fits(features.size())) {
            throw new IllegalArgumentException(
                    "versions " + versions + " for " + features.size() + " features (expected one each)");
        }
    }

    /** A read of values by any version of their resolvers. */
    public OnlineRead(FeatureSet set, List<Feature> features, long[] maxAgesMicros, long now, boolean stamps) {
        this(set, features, maxAgesMicros, now, stamps, AcceptedVersions.ANY);
    }

    /** Every value that was observed until now, however old. */
    public static OnlineRead ofAnyAge(FeatureSet set, List<Feature> features, long now, boolean stamps) {
        long[] ages = new long[features.size()];
        Arrays.fill(ages, Durations.INFINITY);
        return new OnlineRead(set, features, ages, now, stamps);
    }

    /** Whether a value observed then qualifies by its age for the feature at that position. */
    public boolean qualifies(int feature, long observedAt) {
        return observedAt <= now && now <= Durations.add(observedAt, maxAgesMicros[feature]);
    }
}
