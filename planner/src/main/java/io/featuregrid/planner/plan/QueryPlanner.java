package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.NamedQuery;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.QueryPlan.Input;
import io.featuregrid.planner.plan.QueryPlan.Output;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plans online queries: an input is either a key column of an entity, named {@code set.key}, or a value that takes the place of a stored
 * one.
 */
public final class QueryPlanner {
    private final Catalog catalog;
    private final QueryShape shape;
    private final PathResolver paths;
    private final List<String> outputPaths;
    private final Map<String, Long> staleness;
    private final ResolverChoice choice;
    private final List<Problem> problems = new ArrayList<>();
    /** The given key columns of each set. */
    private final Map<String, Set<String>> keys = new HashMap<>();

    private QueryPlanner(Catalog catalog, QueryShape shape) {
        this.catalog = catalog;
        this.shape = shape;
        this.paths = new PathResolver(catalog, new InputRoots());
        NamedQuery.Reference reference = shape.choice().query();
        Set<String> tags = new HashSet<>(shape.choice().tags());
        if (reference == null) {
            this.outputPaths = shape.outputs();
            this.staleness = shape.staleness();
        } else {
            NamedQuery query = NamedQueries.require(catalog, reference);
            this.outputPaths = query.outputs();
            tags.addAll(query.tags());
            Map<String, Long> overrides = new HashMap<>(query.stalenessMicros());
            overrides.putAll(shape.staleness());
            this.staleness = overrides;
        }
        this.choice = new ResolverChoice(tags, Set.copyOf(shape.choice().requiredTags()));
    }

    /**
     * The plan of a query against one catalog.
     *
     * @throws FeatureGridException with everything that is wrong: PARSE_FAILED for an unknown name, RESOLVER_NOT_FOUND for a feature that
     *     nothing can provide, INVALID_QUERY for the rest
     */
    public static QueryPlan plan(Catalog catalog, QueryShape shape) {
        return new QueryPlanner(catalog, shape).plan();
    }

    private QueryPlan plan() {
        if (outputPaths.isEmpty()) {
            problem("", "the query asks for no outputs (expected \"outputs\": [\"set.feature\", ...])");
        }
        List<Input> inputs = inputs();
        checkKeys();
        for (String path : staleness.keySet()) {
            attempt(() -> PathResolver.find(catalog, path));
        }
        Map<String, Integer> positions = positions();
        List<PathResolver.Target> targets = new ArrayList<>();
        List<Ref> values = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String path : outputPaths) {
            if (!names.add(path)) {
                problem(path, "output '" + path + "' is asked for twice (expected different names)");
            }
            attempt(() -> {
                PathResolver.Target target = paths.target(path);
                values.add(paths.ref(target.draft(), target.feature(), true));
                targets.add(target);
            });
        }
        if (!problems.isEmpty()) {
            throw new FeatureGridException(problems);
        }
        QueryStages stages = new QueryStages(
                paths.drafts().stream().map(PathResolver.Draft::finish).toList(),
                positions,
                staleness,
                catalog.functions());
        List<Output> outputs = new ArrayList<>();
        for (int index = 0; index < values.size(); index++) {
            outputs.add(new Output(
                    outputPaths.get(index),
                    values.get(index),
                    targets.get(index).draft().index()));
        }
        QueryPlan.Reading reading = new QueryPlan.Reading(
                stages.lookups(),
                stages.stages(),
                paths.columns().stream().map(stages::value).toList());
        return new QueryPlan(catalog.version(), inputs, reading, paths.calls(), outputs, shape.defaults());
    }

    private Map<String, Integer> positions() {
        Map<String, Integer> positions = new HashMap<>();
        for (String input : shape.inputs()) {
            if (positions.putIfAbsent(input, positions.size()) != null) {
                problem(input, "input '" + input + "' is given twice (expected different names)");
            }
        }
        return positions;
    }

    /** What each input is; the given values are made known to the paths. */
    private List<Input> inputs() {
        Map<String, Input> inputs = new HashMap<>();
        for (String name : shape.inputs()) {
            keyColumn(name).ifPresent(feature -> inputs.put(name, new Input(name, feature, true)));
        }
        for (String name : PathResolver.shortFirst(shape.inputs())) {
            if (!inputs.containsKey(name)) {
                attempt(() -> inputs.put(name, give(name)));
            }
        }
        List<Input> ordered = new ArrayList<>();
        for (String name : shape.inputs()) {
            Input input = inputs.get(name);
            if (input != null) {
                ordered.add(input);
            }
        }
        return ordered;
    }

    /** The key column that an input names, if it names one of a set. */
    private Optional<Feature> keyColumn(String name) {
        int dot = name.indexOf('.');
        String column = name.substring(dot + 1);
        Optional<FeatureSet> set = dot < 0 ? Optional.empty() : catalog.set(name.substring(0, dot));
        if (set.isEmpty() || !set.get().isKey(column)) {
            return Optional.empty();
        }
        keys.computeIfAbsent(set.get().name(), missing -> new HashSet<>()).add(column);
        return set.get().feature(column);
    }

    private Input give(String name) {
        PathResolver.Target target = paths.target(name);
        if (target.draft().set().isKey(target.feature().name())) {
            throw FeatureGridException.of(
                    ErrorCode.INVALID_QUERY,
                    name,
                    "input '" + name + "' is the key of an entity behind a relation (expected the link that leads to"
                            + " it)");
        }
        target.draft().give(target.feature(), name);
        return new Input(name, target.feature(), false);
    }

    private void checkKeys() {
        for (String name : keys.keySet()) {
            FeatureSet set = catalog.set(name).orElseThrow();
            if (keys.getOrDefault(name, Set.of()).size() < set.key().size()) {
                problems.add(partOfKey(set));
            }
        }
    }

    private Problem partOfKey(FeatureSet set) {
        return new Problem(
                ErrorCode.INVALID_QUERY,
                "the inputs give only "
                        + keys.getOrDefault(set.name(), Set.of()).stream()
                                .sorted()
                                .toList() + " of the key of '" + set.name()
                        + "' (expected the whole key: " + set.key() + ")");
    }

    private void problem(String feature, String message) {
        problems.add(new Problem(ErrorCode.INVALID_QUERY, message, feature.isEmpty() ? null : feature));
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (FeatureGridException refused) {
            for (Problem problem : refused.problems()) {
                if (!problems.contains(problem)) {
                    problems.add(problem);
                }
            }
        }
    }

    /** Entities are named by inputs. */
    private final class InputRoots implements PathResolver.Roots {
        @Override
        public PathResolver.Root root(String path, String name) {
            FeatureSet set = catalog.set(name)
                    .orElseThrow(() -> PathResolver.unknown(path, "is unknown: there is no set '" + name + "'"));
            boolean named =
                    keys.getOrDefault(name, Set.of()).size() == set.key().size();
            Keys source = named
                    ? new Keys.Spine(set.key().stream()
                            .map(column -> name + "." + column)
                            .toList())
                    : new Keys.None();
            return new PathResolver.Root(set, source);
        }

        @Override
        public FeatureGridException withoutKeys(PathResolver.Draft draft, Feature feature) {
            String set = draft.set().name();
            String path = set + "." + feature.name();
            if (keys.containsKey(set)) {
                return new FeatureGridException(List.of(partOfKey(draft.set())));
            }
            return FeatureGridException.of(
                    ErrorCode.RESOLVER_NOT_FOUND,
                    path,
                    "nothing can provide '" + path + "': it has no resolver, and no entity of '" + set
                            + "' is among the inputs (expected its key "
                            + draft.set().key().stream()
                                    .map(column -> set + "." + column)
                                    .toList()
                            + ", or '" + path + "' itself)");
        }

        @Override
        public Optional<Resolver> resolver(PathResolver.Draft draft, Feature feature) {
            if (!feature.computed()) {
                return Optional.empty();
            }
            String path = draft.path() + "." + feature.name();
            List<Resolver> resolvers =
                    catalog.functions().resolversOf(draft.set().name(), feature.name());
            Optional<Resolver> chosen = choice.choose(path, resolvers);
            if (chosen.isEmpty() && !storedFirst(draft, feature)) {
                throw FeatureGridException.of(
                        ErrorCode.RESOLVER_NOT_FOUND,
                        path,
                        "nothing can provide '" + path + "': " + choice.refusal(resolvers)
                                + ", and no stored value is fresh enough ever");
            }
            return chosen;
        }

        @Override
        public boolean storedFirst(PathResolver.Draft draft, Feature feature) {
            return feature.maxAgeMicros(QueryStages.override(
                            staleness, draft.path(), draft.set().name(), feature.name()))
                    > 0;
        }

        @Override
        public void notGiven(PathResolver.Draft draft, Feature feature, boolean needed) {
            if (needed) {
                String path = draft.path() + "." + feature.name();
                throw FeatureGridException.of(
                        ErrorCode.RESOLVER_NOT_FOUND,
                        path,
                        "nothing can provide '" + path + "': it comes with each request, and this one does not give it"
                                + " (expected '" + path + "' among the inputs)");
            }
        }
    }
}
