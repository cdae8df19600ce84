package io.featuregrid.planner.definition;

import io.featuregrid.planner.time.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What differs between two definitions of one feature, in words. */
final class FeatureDifference {
    private final List<String> differences = new ArrayList<>();

    private FeatureDifference() {}

    /** The differences, joined by commas; empty if there are none. The later type keeps the values of the earlier. */
    static String describe(Feature before, Feature after) {
        FeatureDifference difference = new FeatureDifference();
        Values old = before.values();
        Values now = after.values();
        difference.compare("type", old.type().text(), now.type().text());
        difference.compare("nullable", old.nullable(), now.nullable());
        difference.compare("default", text(old, old.defaultValue()), text(now, now.defaultValue()));
        difference.compare("min", text(old, old.min()), text(now, now.min()));
        difference.compare("max", text(old, old.max()), text(now, now.max()));
        difference.compare(
                "max staleness",
                duration(before.freshness().maxStalenessMicros()),
                duration(after.freshness().maxStalenessMicros()));
        difference.compare(
                "offline ttl",
                duration(before.freshness().offlineTtlMicros()),
                duration(after.freshness().offlineTtlMicros()));
        difference.compare("supply", words(before), words(after));
        difference.compare(
                "kept across versions",
                before.freshness().acrossVersions(),
                after.freshness().acrossVersions());
        Documentation oldWords = before.documentation();
        Documentation newWords = after.documentation();
        difference.compare("owner", oldWords.owner(), newWords.owner());
        difference.compare("tags", oldWords.tags(), newWords.tags());
        difference.compare("description", oldWords.description(), newWords.description());
        difference.compare("deprecated", oldWords.deprecated(), newWords.deprecated());
        return String.join(", ", difference.differences);
    }

    private static String words(Feature feature) {
        return switch (feature.supply()) {
            case WRITTEN -> "written";
            case COMPUTED -> "computed";
            case REQUEST -> "given by each request";
        };
    }

    private void compare(String attribute, @Nullable Object before, @Nullable Object after) {
        if (!Objects.equals(before, after)) {
            differences.add(
                    attribute + " " + (before == null ? "none" : before) + " -> " + (after == null ? "none" : after));
        }
    }

    private static @Nullable String text(Values values, @Nullable Object value) {
        return value == null ? null : TypedValues.text(values.type(), value);
    }

    private static @Nullable String duration(@Nullable Long micros) {
        return micros == null ? null : Durations.format(micros);
    }
}
