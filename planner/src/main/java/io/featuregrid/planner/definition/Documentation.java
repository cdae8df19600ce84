package io.featuregrid.planner.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What people are told about a feature.
 *
 * @param deprecated null, or what to use instead
 */
public record Documentation(
        @Nullable String owner,
        List<String> tags,
        @Nullable String description,
        @Nullable String deprecated) {
    public static final Documentation NONE = new Documentation(null, List.of(), null, null);

    public Documentation {
        tags = List.copyOf(tags);
    }
}
