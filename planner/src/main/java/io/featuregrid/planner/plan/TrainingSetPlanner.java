package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.NamedQuery;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Lookup;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Plans training sets: resolves every path against one catalog, one look-up an entity and T. */
public final class TrainingSetPlanner {
    private final Catalog catalog;
    private final TrainingSetRequest request;
    private final Set<String> spineColumns;
    private final PathResolver paths;
    private final ResolverChoice choice;
    private final List<String> features;

    private TrainingSetPlanner(Catalog catalog, TrainingSetRequest request, Set<String> spineColumns) {
        this.catalog = catalog;
        this.request = request;
        Set<String> tags = new HashSet<>(request.options().computing().tags());
        NamedQuery.Reference reference = request.options().query();
        if (reference == null) {
            this.features = request.features();
        } else {
            NamedQuery query = NamedQueries.require(catalog, reference);
            this.features = query.outputs();
            tags.addAll(query.tags());
        }
        this.choice = new ResolverChoice(tags, Set.of());
        this.spineColumns = spineColumns;
        this.paths = new PathResolver(catalog, new SpineRoots());
    }

    /**
     * The plan of a request against one catalog.
     *
     * @param spineColumns the names of the spine's columns
     * @throws FeatureGridException PARSE_FAILED for an unknown name, INVALID_QUERY for anything else that is wrong
     */
    public static TrainingSetPlan plan(Catalog catalog, TrainingSetRequest request, List<String> spineColumns) {
        Set<String> names = new HashSet<>();
        for (String column : spineColumns) {
            if (!names.add(column)) {
                throw invalid("the spine has two columns '" + column + "' (expected different names)");
            }
        }
        return new TrainingSetPlanner(catalog, request, names).plan();
    }

    private TrainingSetPlan plan() {
        requireColumn(request.time(), "time");
        request.roles().forEach(this::checkRole);
        request.inputs().forEach((path, column) -> requireColumn(column, "input '" + path + "'"));
        PathResolver.shortFirst(request.inputs().keySet()).forEach(this::resolveGiven);
        checkComputed();
        List<Output> outputs = new ArrayList<>();
        Set<String> required = new HashSet<>(request.options().required());
        Set<String> names = new HashSet<>();
        for (String path : features) {
            if (spineColumns.contains(path) || !names.add(path)) {
                throw invalid("output '" + path + "' clashes with "
                        + (spineColumns.contains(path) ? "a spine column" : "another feature")
                        + " of that name (expected different names)");
            }
            outputs.add(new Output(path, paths.resolve(path), true, required.remove(path)));
        }
        for (String path : required) {
            outputs.add(new Output(path, paths.resolve(path), false, true));
        }
        List<Lookup> lookups =
                paths.drafts().stream().map(PathResolver.Draft::finish).toList();
        return new TrainingSetPlan(
                catalog.version(),
                request.time(),
                new TrainingSetPlan.Taken(lookups, paths.columns()),
                paths.calls(),
                outputs,
                request.options().asOf(),
                request.options().defaults());
    }

    private void checkRole(String role, TrainingSetRequest.Role entity) {
        FeatureSet set = catalog.set(entity.set())
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.PARSE_FAILED,
                        "role '" + role + "' is of the unknown set '" + entity.set() + "' (expected one of "
                                + catalog.sets().stream().map(FeatureSet::name).toList() + ")"));
        if (!entity.keys().keySet().equals(new HashSet<>(set.key()))) {
            throw invalid("role '" + role + "' gives the keys " + entity.keys().keySet()
                    + " (expected exactly those of '" + set.name() + "': " + set.key() + ")");
        }
        entity.keys().forEach((key, column) -> requireColumn(column, "key '" + role + "." + key + "'"));
    }

    private void checkComputed() {
        for (String path : request.options().computing().recompute()) {
            PathResolver.Target target = paths.target(path);
            if (!target.feature().computed()) {
                throw FeatureGridException.of(
                        ErrorCode.INVALID_QUERY,
                        path,
                        "recompute names '" + path + "', which has no resolver (expected a computed feature)");
            }
            if (request.options().computing().sample().contains(path)) {
                throw FeatureGridException.of(
                        ErrorCode.INVALID_QUERY,
                        path,
                        "recompute and sample both name '" + path + "' (expected one of them)");
            }
        }
        request.options().computing().sample().forEach(paths::target);
    }

    private void resolveGiven(String path) {
        PathResolver.Target target = paths.target(path);
        if (target.draft().set().isKey(target.feature().name())) {
            throw FeatureGridException.of(
                    ErrorCode.INVALID_QUERY,
                    path,
                    "input '" + path + "' is a key column (expected it in keys or sets, as an entity)");
        }
        target.draft().give(target.feature(), request.inputs().getOrDefault(path, ""));
    }

    private void requireColumn(String column, String subject) {
        if (!spineColumns.contains(column)) {
            throw invalid(subject + " of the training set is the spine column '" + column
                    + "', which is missing (expected one of "
                    + spineColumns.stream().sorted().toList() + ")");
        }
    }

    private static FeatureGridException invalid(String message) {
        return new FeatureGridException(ErrorCode.INVALID_QUERY, message);
    }

    /** Entities are named by spine columns. */
    private final class SpineRoots implements PathResolver.Roots {
        @Override
        public PathResolver.Root root(String path, String role) {
            TrainingSetRequest.Role entity = request.roles().get(role);
            FeatureSet set = catalog.set(entity == null ? role : entity.set())
                    .orElseThrow(
                            () -> PathResolver.unknown(path, "is unknown: there is no set or role '" + role + "'"));
            Keys keys = entity == null && !set.global()
                    ? new Keys.None()
                    : new Keys.Spine(set.key().stream()
                            .map(column -> entity == null ? "" : entity.keys().getOrDefault(column, ""))
                            .toList());
            return new PathResolver.Root(set, keys);
        }

        @Override
        public FeatureGridException withoutKeys(PathResolver.Draft draft, Feature feature) {
            return invalid("role '" + draft.path() + "' has no keys (expected keys of '"
                    + draft.set().name() + "': " + draft.set().key()
                    + ", or every feature asked of it among the inputs)");
        }

        @Override
        public Optional<Resolver> resolver(PathResolver.Draft draft, Feature feature) {
            String path = draft.path() + "." + feature.name();
            if (!feature.computed() || request.options().computing().sample().contains(path)) {
                return Optional.empty();
            }
            List<Resolver> resolvers =
                    catalog.functions().resolversOf(draft.set().name(), feature.name());
            Optional<Resolver> chosen = choice.choose(path, resolvers);
            if (chosen.isEmpty() && request.options().computing().recompute().contains(path)) {
                throw FeatureGridException.of(
                        ErrorCode.RESOLVER_NOT_FOUND,
                        path,
                        "'" + path + "' cannot be computed: " + choice.refusal(resolvers));
            }
            return chosen;
        }
    }
}
