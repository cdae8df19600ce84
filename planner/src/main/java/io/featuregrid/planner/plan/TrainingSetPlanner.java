package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.Relation;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.TrainingSetPlan.Keys;
import io.featuregrid.planner.plan.TrainingSetPlan.Lookup;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import io.featuregrid.planner.plan.TrainingSetPlan.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plans training sets: resolves every path against one catalog, one look-up an entity and T. */
public final class TrainingSetPlanner {
    private final Catalog catalog;
    private final TrainingSetRequest request;
    private final Set<String> spineColumns;
    private final Map<String, LookupDraft> drafts = new LinkedHashMap<>();

    private TrainingSetPlanner(Catalog catalog, TrainingSetRequest request, Set<String> spineColumns) {
        this.catalog = catalog;
        this.request = request;
        this.spineColumns = spineColumns;
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
        // A given link must be known before a path goes through it: short paths first.
        request.inputs().keySet().stream()
                .sorted(Comparator.comparingInt(path -> path.split("\\.", -1).length))
                .forEach(this::resolveGiven);
        refuseComputed();
        List<Output> outputs = new ArrayList<>();
        Set<String> required = new HashSet<>(request.options().required());
        Set<String> names = new HashSet<>();
        for (String path : request.features()) {
            if (spineColumns.contains(path) || !names.add(path)) {
                throw invalid("output '" + path + "' clashes with "
                        + (spineColumns.contains(path) ? "a spine column" : "another feature")
                        + " of that name (expected different names)");
            }
            outputs.add(new Output(path, resolve(path), true, required.remove(path)));
        }
        for (String path : required) {
            outputs.add(new Output(path, resolve(path), false, true));
        }
        List<Lookup> lookups = drafts.values().stream().map(LookupDraft::finish).toList();
        return new TrainingSetPlan(
                catalog.version(),
                request.time(),
                lookups,
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

    private void refuseComputed() {
        for (String path : request.options().recompute()) {
            resolve(path);
            throw FeatureGridException.of(
                    ErrorCode.INVALID_QUERY,
                    path,
                    "recompute names '" + path + "', which has no resolver (expected a computed feature)");
        }
        request.options().sample().forEach(this::target);
    }

    private void resolveGiven(String path) {
        Target target = target(path);
        if (target.draft().set.isKey(target.feature().name())) {
            throw FeatureGridException.of(
                    ErrorCode.INVALID_QUERY,
                    path,
                    "input '" + path + "' is a key column (expected it in keys or sets, as an entity)");
        }
        target.draft().given.put(target.feature().name(), request.inputs().get(path));
    }

    private Source resolve(String path) {
        Target target = target(path);
        return target.draft().source(target.feature());
    }

    private record Target(LookupDraft draft, Feature feature) {}

    private Target target(String path) {
        String[] parts = path.split("\\.", -1);
        if (parts.length < 2) {
            throw unknown(path, "is no path (expected set.feature)");
        }
        LookupDraft draft = root(path, parts[0]);
        for (int part = 1; part < parts.length - 1; part++) {
            draft = follow(path, draft, parts[part]);
        }
        String last = parts[parts.length - 1];
        FeatureSet set = draft.set;
        Feature feature = set.feature(last)
                .orElseThrow(() -> unknown(
                        path,
                        set.relation(last).isPresent()
                                ? "names a relation (expected a feature behind it)"
                                : "is unknown: '" + set.name() + "' has no feature '" + last + "' (expected one of "
                                        + set.features().stream()
                                                .map(Feature::name)
                                                .toList() + ")"));
        return new Target(draft, feature);
    }

    private LookupDraft root(String path, String role) {
        LookupDraft known = drafts.get(role);
        if (known != null) {
            return known;
        }
        TrainingSetRequest.Role entity = request.roles().get(role);
        FeatureSet set = catalog.set(entity == null ? role : entity.set())
                .orElseThrow(() -> unknown(path, "is unknown: there is no set or role '" + role + "'"));
        Keys keys = entity == null && !set.global()
                ? new Keys.None()
                : new Keys.Spine(set.key().stream()
                        .map(column -> entity == null ? "" : entity.keys().getOrDefault(column, ""))
                        .toList());
        LookupDraft draft = new LookupDraft(drafts.size(), role, set, keys);
        drafts.put(role, draft);
        return draft;
    }

    private LookupDraft follow(String path, LookupDraft parent, String name) {
        String prefix = parent.path + "." + name;
        LookupDraft known = drafts.get(prefix);
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
            links.add(parent.source(parent.set.feature(link).orElseThrow()));
        }
        LookupDraft draft = new LookupDraft(drafts.size(), prefix, target, new Keys.Links(parent.index, links));
        drafts.put(prefix, draft);
        return draft;
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

    private static FeatureGridException unknown(String path, String what) {
        return FeatureGridException.of(ErrorCode.PARSE_FAILED, path, "feature '" + path + "' " + what);
    }

    /** A look-up while paths are still being added to it. */
    private static final class LookupDraft {
        private final int index;
        private final String path;
        private final FeatureSet set;
        private final Keys keys;
        private final Map<String, String> given = new LinkedHashMap<>();
        private final Map<String, Feature> stored = new LinkedHashMap<>();
        private boolean existence;

        LookupDraft(int index, String path, FeatureSet set, Keys keys) {
            this.index = index;
            this.path = path;
            this.set = set;
            this.keys = keys;
        }

        Source source(Feature feature) {
            String column = given.get(feature.name());
            if (column != null) {
                return new Source.Given(column, feature);
            }
            if (keys instanceof Keys.None) {
                throw invalid("role '" + path + "' has no keys (expected keys of '" + set.name() + "': " + set.key()
                        + ", or every feature asked of it among the inputs)");
            }
            if (set.isKey(feature.name())) {
                existence |= keys instanceof Keys.Links;
                return new Source.Key(index, set.key().indexOf(feature.name()), feature);
            }
            stored.put(feature.name(), feature);
            return new Source.Stored(index, feature);
        }

        Lookup finish() {
            return new Lookup(path, set, keys, List.copyOf(stored.values()), existence);
        }
    }
}
