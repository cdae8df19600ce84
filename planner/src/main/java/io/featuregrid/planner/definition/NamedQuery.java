package io.featuregrid.planner.definition;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Outputs that are asked for together under one name, such as those that a model takes.
 *
 * @param version from 1; the same name may stand with several versions side by side
 * @param outputs paths in the order of the answer
 * @param tags which resolvers may run, as in a query
 * @param stalenessMicros overrides of max staleness by path
 */
public record NamedQuery(
        String name,
        int version,
        List<String> outputs,
        List<String> tags,
        Map<String, Long> stalenessMicros,
        Documentation documentation) {
    private static final Pattern REFERENCE = Pattern.compile("([^@]+)(?:@([0-9]{1,9}))?");

    public NamedQuery {
        outputs = List.copyOf(outputs);
        tags = List.copyOf(tags);
        stalenessMicros = Map.copyOf(stalenessMicros);
    }

    /** {@code name@version}. */
    public String reference() {
        return name + "@" + version;
    }

    /**
     * A name as requests write it.
     *
     * @param version null for the newest
     */
    public record Reference(String name, @Nullable Integer version) {
        /** Reads {@code name} or {@code name@version}; what is neither becomes a name that no query has. */
        public static Reference of(String text) {
            Matcher matcher = REFERENCE.matcher(text);
            if (!matcher.matches()) {
                return new Reference(text, null);
            }
            String version = matcher.group(2);
            return new Reference(matcher.group(1), version == null ? null : Integer.valueOf(version));
        }

        @Override
        public String toString() {
            return version == null ? name : name + "@" + version;
        }
    }
}
