package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.definition.NamedQuery;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.time.AsOf;
import io.featuregrid.planner.time.Durations;
import io.featuregrid.planner.time.Timestamps;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was it then: a training set as it is asked for, before any name is looked up.
 *
 * @param time the spine column that holds each row's T
 * @param roles entity by role
 * @param features paths in the order of the output: {@code role.feature} or {@code role.relation.feature}
 * @param inputs spine column by path: given values
 * @param options how to read
 */
public record TrainingSetRequest(
        String time, Map<String, Role> roles, List<String> features, Map<String, String> inputs, Options options) {
    private static final Set<String> OPTIONS = Set.of(
            "type",
            "time",
            "sets",
            "keys",
            "features",
            "query",
            "tags",
            "inputs",
            "end",
            "delay",
            "cutoff",
            "required",
            "defaults",
            "recompute",
            "sample",
            "errors",
            "fresh");

    /**
     * An entity that the spine names.
     *
     * @param keys spine column by key column of the set
     */
    public record Role(String set, Map<String, String> keys) {}

    /**
     * How the features are read.
     *
     * @param asOf which observations a row may see
     * @param required paths whose MISSING drops the row
     * @param defaults whether MISSING shows as the feature's default
     * @param computing which features are computed, and by what
     * @param query the named query whose outputs are asked for in place of features, or null
     * @param raise whether a failed cell stops the request instead of being null
     * @param fresh whether everything acknowledged before the request is to be seen, or only what has come into history by itself
     */
    public record Options(
            AsOf asOf,
            List<String> required,
            boolean defaults,
            Computing computing,
            NamedQuery.@Nullable Reference query,
            boolean raise,
            boolean fresh) {}

    /**
     * Which features are computed, and by what.
     *
     * @param recompute paths that must be computed
     * @param sample paths to take from observations although they are computed by default
     * @param tags which resolvers may run
     */
    public record Computing(List<String> recompute, List<String> sample, List<String> tags) {}

    /**
     * Reads the JSON command of a Flight descriptor.
     *
     * @throws FeatureGridException INVALID_QUERY or PARSE_FAILED
     */
    public static TrainingSetRequest read(JsonNode node) {
        JsonOptions options = new JsonOptions(node, "the training set", OPTIONS);
        String time = options.text("time");
        if (time == null) {
            throw options.refused("names no time (expected \"time\": the spine column that holds each row's time)");
        }
        List<String> features = options.texts("features");
        String query = options.text("query");
        if (features.isEmpty() && query == null) {
            throw options.refused(
                    "asks for no features (expected \"features\": [\"set.feature\", ...], or \"query\": the"
                            + " name of a query)");
        }
        if (!features.isEmpty() && query != null) {
            throw options.refused("asks for features and for the query \"" + query + "\" (expected one of them)");
        }
        long delay = 0;
        String delayText = options.text("delay");
        if (delayText != null) {
            delay = Durations.parse(delayText, "delay of the training set");
        }
        AsOf asOf =
                new AsOf(options.word("end", "inclusive", "exclusive").equals("exclusive"), delay, readCutoff(options));
        return new TrainingSetRequest(
                time,
                readRoles(options),
                features,
                options.textByName("inputs"),
                new Options(
                        asOf,
                        options.texts("required"),
                        options.flag("defaults", true),
                        new Computing(options.texts("recompute"), options.texts("sample"), options.texts("tags")),
                        query == null ? null : NamedQuery.Reference.of(query),
                        options.word("errors", "null", "raise").equals("raise"),
                        options.flag("fresh", true)));
    }

    private static AsOf.Cutoff readCutoff(JsonOptions options) {
        String text = options.text("cutoff");
        if (text == null) {
            return new AsOf.Cutoff.None();
        }
        if (text.equals("spine")) {
            return new AsOf.Cutoff.Spine();
        }
        OptionalLong micros = Timestamps.parse(text);
        if (micros.isEmpty()) {
            throw options.refused(
                    "has cutoff \"" + text + "\" (expected \"spine\" or a time like 2013-01-01T10:00:00Z)");
        }
        return new AsOf.Cutoff.Fixed(micros.getAsLong());
    }

    private static Map<String, Role> readRoles(JsonOptions options) {
        Map<String, Role> roles = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> role : options.objectByName("sets").entrySet()) {
            JsonOptions entry = new JsonOptions(role.getValue(), "role '" + role.getKey() + "'", Set.of("set", "keys"));
            String set = entry.text("set");
            roles.put(role.getKey(), new Role(set == null ? role.getKey() : set, entry.textByName("keys")));
        }
        Map<String, Map<String, String>> shortForm = new LinkedHashMap<>();
        for (Map.Entry<String, String> key : options.textByName("keys").entrySet()) {
            String[] parts = key.getKey().split("\\.", -1);
            if (parts.length != 2) {
                throw new FeatureGridException(
                        ErrorCode.PARSE_FAILED,
                        "key '" + key.getKey()
                                + "' of the training set is no set.key (expected a name like flight.id)");
            }
            shortForm.computeIfAbsent(parts[0], set -> new LinkedHashMap<>()).put(parts[1], key.getValue());
        }
        shortForm.forEach((set, keys) -> {
            if (roles.put(set, new Role(set, keys)) != null) {
                throw options.refused("gives role '" + set + "' twice, in sets and in keys (expected once)");
            }
        });
        return roles;
    }
}
