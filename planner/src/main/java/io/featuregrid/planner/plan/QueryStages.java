package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.Functions;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.plan.QueryPlan.Lookup;
import io.featuregrid.planner.plan.QueryPlan.Read;
import io.featuregrid.planner.plan.QueryPlan.Stage;
import io.featuregrid.planner.plan.QueryPlan.Value;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Orders look-ups into stages: one whose key is known from the inputs alone is read first, one that follows a link after what holds the
 * link. Look-ups of a stage that ask a set for the same features share one read.
 */
final class QueryStages {
    private final List<TrainingSetPlan.Lookup> lookups;
    private final Map<String, Integer> inputs;
    private final Map<String, Long> staleness;
    private final Functions functions;
    /** The position of each stored feature in the look-up that reads it. */
    private final List<Map<String, Integer>> positions = new ArrayList<>();
    /** The stage that reads each look-up. */
    private final int[] levels;

    /**
     * Stages of look-ups.
     *
     * @param lookups parents before children
     * @param inputs the position of each input
     * @param staleness overrides in microseconds by path or by {@code set.feature}
     */
    QueryStages(
            List<TrainingSetPlan.Lookup> lookups,
            Map<String, Integer> inputs,
            Map<String, Long> staleness,
            Functions functions) {
        this.lookups = lookups;
        this.functions = functions;
        this.inputs = inputs;
        this.staleness = staleness;
        this.levels = new int[lookups.size()];
        for (int index = 0; index < levels.length; index++) {
            Map<String, Integer> stored = new HashMap<>();
            lookups.get(index).stored().forEach(feature -> stored.put(feature.name(), stored.size()));
            positions.add(stored);
            if (lookups.get(index).keys() instanceof Keys.Links links) {
                for (Source link : links.links()) {
                    levels[index] = Math.max(levels[index], known(link));
                }
            }
        }
    }

    /** The first stage in which a value is known. */
    private int known(Source source) {
        return switch (source) {
            case Source.Given given -> 0;
            case Source.Stored stored -> levels[stored.lookup()] + 1;
            case Source.Key key -> levels[key.lookup()] + (behindRelation(key) ? 1 : 0);
        };
    }

    private boolean behindRelation(Source.Key key) {
        return lookups.get(key.lookup()).keys() instanceof Keys.Links;
    }

    Value value(Source source) {
        return switch (source) {
            case Source.Given given -> new Value.Given(inputs.getOrDefault(given.column(), -1), given.feature());
            case Source.Key key -> new Value.Key(key.lookup(), key.position(), behindRelation(key), key.feature());
            case Source.Stored stored ->
                new Value.Stored(
                        stored.lookup(),
                        positions
                                .get(stored.lookup())
                                .getOrDefault(stored.feature().name(), -1),
                        stored.feature());
        };
    }

    List<Lookup> lookups() {
        List<Lookup> planned = new ArrayList<>();
        for (TrainingSetPlan.Lookup lookup : lookups) {
            List<Value> keys = new ArrayList<>();
            switch (lookup.keys()) {
                case Keys.None none -> {}
                case Keys.Links links -> links.links().forEach(link -> keys.add(value(link)));
                case Keys.Spine given -> {
                    for (int column = 0; column < given.columns().size(); column++) {
                        Feature feature = lookup.set().keyFeatures().get(column);
                        keys.add(new Value.Given(
                                inputs.getOrDefault(given.columns().get(column), -1), feature));
                    }
                }
            }
            planned.add(new Lookup(lookup.path(), lookup.set(), keys, !(lookup.keys() instanceof Keys.None)));
        }
        return planned;
    }

    private record Sharing(int level, String name, List<Feature> features, MaxAges ages) {}

    List<Stage> stages() {
        Map<Sharing, List<Integer>> shared = new LinkedHashMap<>();
        int last = -1;
        for (int index = 0; index < lookups.size(); index++) {
            TrainingSetPlan.Lookup lookup = lookups.get(index);
            if (lookup.stored().isEmpty() && !lookup.existence()) {
                continue;
            }
            last = Math.max(last, levels[index]);
            Sharing sharing = new Sharing(levels[index], lookup.set().name(), lookup.stored(), maxAges(lookup));
            shared.computeIfAbsent(sharing, missing -> new ArrayList<>()).add(index);
        }
        List<Stage> stages = new ArrayList<>();
        for (int level = 0; level <= last; level++) {
            List<Read> reads = new ArrayList<>();
            for (Map.Entry<Sharing, List<Integer>> read : shared.entrySet()) {
                Sharing sharing = read.getKey();
                if (sharing.level() == level) {
                    reads.add(new Read(
                            lookups.get(read.getValue().getFirst()).set(),
                            sharing.features(),
                            sharing.ages(),
                            sharing.features().stream()
                                    .map(feature -> versions(sharing.name(), feature))
                                    .toList(),
                            read.getValue()));
                }
            }
            if (!reads.isEmpty()) {
                stages.add(new Stage(reads));
            }
        }
        return stages;
    }

    /** What an older version of a resolver computed is stale, unless the feature says otherwise. */
    private List<Integer> versions(String set, Feature feature) {
        return !feature.computed() || feature.freshness().acrossVersions()
                ? List.of()
                : functions.resolversOf(set, feature.name()).stream()
                        .map(Resolver::version)
                        .toList();
    }

    private MaxAges maxAges(TrainingSetPlan.Lookup lookup) {
        long[] ages = new long[lookup.stored().size()];
        for (int index = 0; index < ages.length; index++) {
            Feature feature = lookup.stored().get(index);
            ages[index] = feature.maxAgeMicros(
                    override(staleness, lookup.path(), lookup.set().name(), feature.name()));
        }
        return new MaxAges(ages);
    }

    /** The max staleness that a request asks for in place of the declared one, in microseconds; null if it asks for none. */
    static @Nullable Long override(Map<String, Long> staleness, String path, String set, String feature) {
        Long override = staleness.get(path + "." + feature);
        return override == null ? staleness.get(set + "." + feature) : override;
    }
}
