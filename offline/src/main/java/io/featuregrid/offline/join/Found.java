package io.featuregrid.offline.join;

import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.Feature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a look-up finds, row by row. */
final class Found {
    private final Map<Feature, NewestValues> features = new LinkedHashMap<>();
    private final @Nullable Existence existence;
    private final boolean origins;

    /**
     * The newest of all that makes an entity exist, and of all that ends it.
     *
     * @param observations observations, whatever they carry
     * @param ends tombstones of all
     */
    record Existence(NewestStamps observations, NewestStamps ends) {}

    /**
     * Room for what will be found.
     *
     * @param existence whether it is asked if entities have a row
     * @param origins whether it is asked how observations came in
     */
    Found(List<Feature> features, boolean existence, boolean origins, int rows) {
        for (Feature feature : features) {
            this.features.put(feature, new NewestValues(feature.type().columnType(), rows, origins));
        }
        this.existence =
                existence ? new Existence(new NewestStamps(rows, origins), new NewestStamps(rows, origins)) : null;
        this.origins = origins;
    }

    Map<Feature, NewestValues> features() {
        return features;
    }

    @Nullable
    Existence existence() {
        return existence;
    }

    boolean origins() {
        return origins;
    }

    NewestValues newest(Feature feature) {
        NewestValues newest = features.get(feature);
        if (newest == null) {
            throw new IllegalArgumentException("feature '" + feature.name() + "' was not looked up");
        }
        return newest;
    }

    /** The values of a feature that was looked up. */
    ColumnBuilder values(Feature feature) {
        return newest(feature).values();
    }

    /**
     * Whether the entity has a row, if that was asked: of its observations and tombstones of all, the newest is an observation.
     */
    boolean exists(int row) {
        return existence != null && existence.observations().compare(row, existence.ends(), row) > 0;
    }
}
