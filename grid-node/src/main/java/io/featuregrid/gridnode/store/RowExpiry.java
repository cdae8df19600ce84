package io.featuregrid.gridnode.store;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.Durations;
import java.util.Arrays;
import java.util.Optional;

/**
 * When the rows of a set expire: at the latest observed_at + max staleness over a row's features. Where no single feature is meant, in a
 * tombstone of all or an observation that no value is left of, the set's greatest max staleness counts. Immutable.
 */
public final class RowExpiry {
    private final long[] staleness;
    private final long greatest;

    private RowExpiry(long[] staleness, long greatest) {
        this.staleness = staleness;
        this.greatest = greatest;
    }

    /** The expiry of a set's rows; empty if a feature is without a finite max staleness, so that no row ever expires. */
    public static Optional<RowExpiry> of(FeatureSet set) {
        long[] staleness = new long[Math.max(1, set.identity().nextNumber())];
        // What a later definition adds is not known here, and so it lasts.
        Arrays.fill(staleness, Long.MIN_VALUE);
        long greatest = -1;
        for (Feature feature : set.carried()) {
            Long declared = feature.freshness().maxStalenessMicros();
            if (declared == null || declared == Durations.INFINITY) {
                return Optional.empty();
            }
            staleness[feature.number()] = declared;
            greatest = Math.max(greatest, declared);
        }
        return greatest < 0 ? Optional.empty() : Optional.of(new RowExpiry(staleness, greatest));
    }

    /** The last microsecond at which a value of the row is fresh; {@link Long#MAX_VALUE} if there is no end. */
    public long expiresAt(RowStamps stamps) {
        if (stamps.highest() >= staleness.length) {
            return Long.MAX_VALUE;
        }
        long latest = Long.MIN_VALUE;
        boolean newestHasValue = false;
        for (int number = 1; number <= stamps.highest(); number++) {
            int pointer = stamps.pointer(number);
            if (pointer == 0) {
                continue;
            }
            newestHasValue |= pointer == 2 * stamps.newest();
            // Of a feature that was removed nothing is read any more.
            if (staleness[number] >= 0) {
                latest =
                        Math.max(latest, Durations.add(stamps.observedAt(RowStamps.index(pointer)), staleness[number]));
            }
        }
        if (stamps.newest() != 0 && !newestHasValue) {
            latest = Math.max(latest, Durations.add(stamps.observedAt(stamps.newest()), greatest));
        }
        if (stamps.tombstone() != 0) {
            latest = Math.max(latest, Durations.add(stamps.observedAt(stamps.tombstone()), greatest));
        }
        return latest;
    }
}
