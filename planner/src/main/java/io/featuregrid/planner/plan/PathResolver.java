package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.Relation;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverInput;
import io.featuregrid.planner.definition.Supply;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Lookup;
import io.featuregrid.planner.plan.TrainingSetPlan.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds what the paths of one request mean in one catalog, and gathers the look-ups that they need: one an entity, parents before children.
 * For one thread.
 */
final class PathResolver {
    private final Catalog catalog;
    private final Roots roots;
    private final Map<String, Draft> drafts = new LinkedHashMap<>();
    private final List<Source> columns = new ArrayList<>();
    private final Map<Source, Integer> places = new HashMap<>();
    private final List<CallPlan.Call> calls = new ArrayList<>();
    private final Map<String, Integer> callsByName = new HashMap<>();

    /** Where a request takes the entities from that its paths begin at. */
    interface Roots {
        /** The set and the keys of a path's first name; the keys are {@link Keys.None} if the request names no entity of it. */
        Root root(String path, String name);

        /** The refusal of a path that needs an entity which the request does not name. */
        FeatureGridException withoutKeys(Draft draft, Feature feature);

        /** The resolver to compute a feature with; empty if it is only taken from what is stored. */
        default Optional<Resolver> resolver(Draft draft, Feature feature) {
            return Optional.empty();
        }

        /** Whether a stored value goes before a computed one. */
        default boolean storedFirst(Draft draft, Feature feature) {
            return false;
        }

        /** Looks at a feature that comes with each request, which this one does not give: it is MISSING unless this throws. */
        default void notGiven(Draft draft, Feature feature, boolean needed) {}
    }

    /** Where a path begins. */
    record Root(FeatureSet set, Keys keys) {}

    /** What a path leads to: a feature of a look-up's set. */
    record Target(Draft draft, Feature feature) {}

    PathResolver(Catalog catalog, Roots roots) {
        this.catalog = catalog;
        this.roots = roots;
    }

    /** Paths in the order in which they have to be given: a given link must be known before a path goes through it. */
    static List<String> shortFirst(Iterable<String> paths) {
        List<String> sorted = new ArrayList<>();
        paths.forEach(sorted::add);
        sorted.sort(Comparator.comparingLong(
                path -> path.chars().filter(character -> character == '.').count()));
        return sorted;
    }

    /**
     * What a path leads to.
     *
     * @throws FeatureGridException PARSE_FAILED for an unknown name
     */
    Target target(String path) {
        String[] parts = path.split("\\.", -1);
        if (parts.length < 2) {
            throw unknown(path, "is no path (expected set.feature)");
        }
        Draft draft = root(path, parts[0]);
        for (int part = 1; part < parts.length - 1; part++) {
            draft = follow(path, draft, parts[part]);
        }
        return new Target(draft, draft.feature(path, parts[parts.length - 1]));
    }

    /**
     * The feature that a path leads to, whatever the request gives.
     *
     * @throws FeatureGridException PARSE_FAILED for an unknown name
     */
    static Feature find(Catalog catalog, String path) {
        Roots anywhere = new Roots() {
            @Override
            public Root root(String asked, String name) {
                FeatureSet set = catalog.set(name)
                        .orElseThrow(() -> unknown(asked, "is unknown: there is no set '" + name + "'"));
                return new Root(set, new Keys.Spine(set.key()));
            }

            @Override
            public FeatureGridException withoutKeys(Draft draft, Feature feature) {
                throw new IllegalStateException("every entity is named");
            }
        };
        return new PathResolver(catalog, anywhere).target(path).feature();
    }

    /** Where the value of a path is; look-ups and calls are made to provide it. */
    Ref resolve(String path) {
        Target target = target(path);
        return ref(target.draft(), target.feature(), true);
    }

    /**
     * Where a value is: in a column or the result of a call, which is made to provide it.
     *
     * @param needed whether the request makes no sense without it: it is asked for, or an input that has no default and cannot be None
     */
    Ref ref(Draft draft, Feature feature, boolean needed) {
        if (draft.given.containsKey(feature.name()) || draft.set.isKey(feature.name())) {
            return column(source(draft, feature));
        }
        if (feature.supply() == Supply.REQUEST) {
            roots.notGiven(draft, feature, needed);
            return new Ref.Missing(feature);
        }
        Optional<Resolver> resolver = roots.resolver(draft, feature);
        if (resolver.isEmpty()) {
            return column(source(draft, feature));
        }
        int call = call(draft, resolver.get());
        boolean stored = !(draft.keys instanceof Keys.None) && roots.storedFirst(draft, feature);
        return new Ref.Result(
                call,
                resolver.get().outputs().indexOf(feature.name()),
                stored ? column(source(draft, feature)).column() : Ref.Result.NEVER,
                feature);
    }

    private Ref.Base column(Source source) {
        Integer known = places.putIfAbsent(source, columns.size());
        if (known == null) {
            columns.add(source);
        }
        return new Ref.Base(known == null ? columns.size() - 1 : known, source.feature());
    }

    private int call(Draft draft, Resolver resolver) {
        String name = draft.path + " " + resolver.name();
        Integer known = callsByName.get(name);
        if (known != null) {
            return known;
        }
        List<CallPlan.Argument> arguments = new ArrayList<>();
        int level = 0;
        boolean given = draft.given();
        for (ResolverInput input : resolver.inputs()) {
            switch (input) {
                case ResolverInput.Now now -> arguments.add(new CallPlan.Argument.Now());
                case ResolverInput.Path path -> {
                    CallPlan.Argument.Of argument = argument(draft, resolver, path);
                    arguments.add(argument);
                    switch (argument.value()) {
                        case Ref.Base base ->
                            given |= columns.get(base.column()) instanceof Source.Given
                                    || draftOf(base).given();
                        case Ref.Result result -> {
                            CallPlan.Call earlier = calls.get(result.call());
                            level = Math.max(level, earlier.level() + 1);
                            given |= earlier.given();
                        }
                        case Ref.Missing missing -> {}
                    }
                }
            }
        }
        List<Feature> outputs = resolver.outputs().stream()
                .map(output -> draft.feature(draft.path + "." + output, output))
                .toList();
        calls.add(new CallPlan.Call(resolver, draft.path, guards(draft), arguments, outputs, level, given));
        callsByName.put(name, calls.size() - 1);
        return calls.size() - 1;
    }

    private CallPlan.Argument.Of argument(Draft draft, Resolver resolver, ResolverInput.Path input) {
        String first = input.path().substring(0, input.path().indexOf('.'));
        String path =
                first.equals(draft.set.name()) ? draft.path + input.path().substring(first.length()) : input.path();
        Target target = target(path);
        boolean none = input.optional() || target.feature().values().nullable();
        boolean needed = !none && target.feature().values().defaultValue() == null;
        try {
            // In an expression null propagates, a failure does not.
            return new CallPlan.Argument.Of(
                    ref(target.draft(), target.feature(), needed), none, none && !resolver.isExpression());
        } catch (FeatureGridException refused) {
            throw new FeatureGridException(refused.problems().stream()
                    .map(problem -> problem.resolver() != null
                            ? problem
                            : new Problem(
                                    problem.code(),
                                    problem.message() + "; resolver '" + resolver.name() + "' needs it",
                                    problem.feature(),
                                    resolver.name()))
                    .toList());
        }
    }

    /** The columns that have a value where the entity of a draft is named and, behind a relation, has a row. */
    private List<Integer> guards(Draft draft) {
        List<Integer> guards = new ArrayList<>();
        if (!(draft.keys instanceof Keys.None)) {
            for (Feature key : draft.set.keyFeatures()) {
                guards.add(column(source(draft, key)).column());
            }
        }
        return guards;
    }

    private Draft draftOf(Ref.Base base) {
        int index = switch (columns.get(base.column())) {
            case Source.Stored stored -> stored.lookup();
            case Source.Key key -> key.lookup();
            case Source.Given given -> throw new IllegalStateException("a given value belongs to no look-up");
        };
        return List.copyOf(drafts.values()).get(index);
    }

    /** The columns to read, as the calls number them. */
    List<Source> columns() {
        return List.copyOf(columns);
    }

    /** What is called. */
    CallPlan calls() {
        return calls.isEmpty() ? CallPlan.NONE : new CallPlan(calls);
    }

    private Source source(Draft draft, Feature feature) {
        String column = draft.given.get(feature.name());
        if (column != null) {
            return new Source.Given(column, feature);
        }
        if (draft.keys instanceof Keys.None) {
            throw roots.withoutKeys(draft, feature);
        }
        if (draft.set.isKey(feature.name())) {
            draft.existence |= draft.keys instanceof Keys.Links;
            return new Source.Key(draft.index, draft.set.key().indexOf(feature.name()), feature);
        }
        draft.stored.put(feature.name(), feature);
        return new Source.Stored(draft.index, feature);
    }

    List<Draft> drafts() {
        return List.copyOf(drafts.values());
    }

    private Draft root(String path, String name) {
        Draft known = drafts.get(name);
        if (known != null) {
            return known;
        }
        Root root = roots.root(path, name);
        return put(new Draft(drafts.size(), name, root.set(), root.keys(), false));
    }

    private Draft follow(String path, Draft parent, String name) {
        String prefix = parent.path + "." + name;
        Draft known = drafts.get(prefix);
        if (known != null) {
            return known;
        }
        Relation relation = parent.set
                .relation(name)
                .orElseThrow(
                        () -> unknown(path, "is unknown: '" + parent.set.name() + "' has no relation '" + name + "'"));
        FeatureSet target = catalog.set(relation.set()).orElseThrow();
        List<Source> links = new ArrayList<>();
        for (String column : target.key()) {
            String link = relation.on().getOrDefault(column, "");
            links.add(source(parent, parent.set.feature(link).orElseThrow()));
        }
        boolean given = parent.behindGiven || links.stream().anyMatch(link -> link instanceof Source.Given);
        return put(new Draft(drafts.size(), prefix, target, new Keys.Links(parent.index, links), given));
    }

    private Draft put(Draft draft) {
        drafts.put(draft.path, draft);
        return draft;
    }

    static FeatureGridException unknown(String path, String what) {
        return FeatureGridException.of(ErrorCode.PARSE_FAILED, path, "feature '" + path + "' " + what);
    }

    /** A look-up while paths are still being added to it. */
    static final class Draft {
        private final int index;
        private final String path;
        private final FeatureSet set;
        private final Keys keys;
        private final Map<String, Feature> features;
        private final Map<String, String> given = new HashMap<>();
        private final Map<String, Feature> stored = new LinkedHashMap<>();
        private final boolean behindGiven;
        private boolean existence;

        private Draft(int index, String path, FeatureSet set, Keys keys, boolean behindGiven) {
            this.behindGiven = behindGiven;
            this.index = index;
            this.path = path;
            this.set = set;
            this.keys = keys;
            this.features = set.features().stream().collect(Collectors.toMap(Feature::name, Function.identity()));
        }

        int index() {
            return index;
        }

        String path() {
            return path;
        }

        FeatureSet set() {
            return set;
        }

        /** Whether the request gave a link that leads here. */
        boolean given() {
            return behindGiven;
        }

        Keys keys() {
            return keys;
        }

        /** Says that a column of the request holds a feature's value. */
        void give(Feature feature, String column) {
            given.put(feature.name(), column);
        }

        Lookup finish() {
            return new Lookup(path, set, keys, List.copyOf(stored.values()), existence);
        }

        private Feature feature(String path, String name) {
            Feature feature = features.get(name);
            if (feature == null) {
                throw unknown(
                        path,
                        set.relation(name).isPresent()
                                ? "names a relation (expected a feature behind it)"
                                : "is unknown: '" + set.name() + "' has no feature '" + name + "' (expected one of "
                                        + set.features().stream()
                                                .map(Feature::name)
                                                .toList() + ")");
            }
            return feature;
        }
    }
}
