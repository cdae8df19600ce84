package io.featuregrid.planner.definition;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.expression.ExpressionJson;
import io.featuregrid.planner.expression.Kind;
import io.featuregrid.planner.expression.KindCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What must hold of resolvers and named queries before a proposal can become a catalog. */
final class ResolverValidator {
    private final ProblemList problems;
    private final List<FeatureSet> sets;
    /** The features that are links, {@code set.feature}. */
    private final Set<String> links = new HashSet<>();

    ResolverValidator(ProblemList problems, List<FeatureSet> sets) {
        this.problems = problems;
        this.sets = sets;
        for (FeatureSet set : sets) {
            for (Relation relation : set.relations()) {
                relation.on().values().forEach(link -> links.add(set.name() + "." + link));
            }
        }
    }

    void validate(Functions functions) {
        Set<String> names = new HashSet<>();
        Map<String, List<Resolver>> byOutput = new HashMap<>();
        ResolverGraph graph = new ResolverGraph();
        for (Resolver resolver : functions.resolvers()) {
            if (!names.add(resolver.name())) {
                invalid(resolver, "resolver '" + resolver.name() + "' is defined twice (expected different names)");
            }
            validateName(resolver);
            Optional<FeatureSet> set = sets.stream()
                    .filter(one -> one.name().equals(resolver.set()))
                    .findFirst();
            if (set.isEmpty()) {
                unknown(resolver, "there is no set '" + resolver.set() + "'");
                continue;
            }
            List<Feature> outputs = outputs(resolver, set.get(), byOutput);
            List<FeaturePath> inputs = inputs(resolver);
            graph.add(resolver, inputs.stream().map(FeaturePath::object).toList());
            if (resolver.body() instanceof ResolverBody.Formula formula
                    && outputs.size() == resolver.outputs().size()) {
                checkKinds(resolver, formula, outputs);
            }
        }
        for (List<String> cycle : graph.cycles()) {
            problems.add(
                    ErrorCode.INVALID_QUERY,
                    ResolverReader.object(cycle.getFirst()),
                    "resolvers need each other in a circle: " + String.join(" -> ", cycle) + " -> " + cycle.getFirst()
                            + " (expected one of them to do without)");
        }
        validateQueries(functions.queries());
    }

    private void validateName(Resolver resolver) {
        String name = resolver.name();
        boolean formula = resolver.outputs().size() == 1
                && name.equals(resolver.set() + "." + resolver.outputs().getFirst());
        if (!formula && !name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            problems.add(
                    ErrorCode.PARSE_FAILED,
                    ResolverReader.object(name),
                    "resolver '" + name + "' is no name (expected that of a function)");
        }
        Long timeout = resolver.conditions().timeoutMicros();
        if (timeout != null && timeout == 0) {
            invalid(resolver, "timeout of resolver '" + name + "' is 0s (expected more)");
        }
    }

    private List<Feature> outputs(Resolver resolver, FeatureSet set, Map<String, List<Resolver>> byOutput) {
        List<Feature> outputs = new ArrayList<>();
        if (resolver.outputs().isEmpty()) {
            invalid(resolver, "resolver '" + resolver.name() + "' has no outputs (expected at least one)");
        }
        if (new HashSet<>(resolver.outputs()).size() < resolver.outputs().size()) {
            invalid(resolver, "resolver '" + resolver.name() + "' gives one feature twice: " + resolver.outputs());
        }
        for (String output : resolver.outputs()) {
            String object = set.name() + "." + output;
            Optional<Feature> feature = set.feature(output);
            if (feature.isEmpty()) {
                unknown(resolver, "its output '" + object + "' is no feature of '" + set.name() + "'");
                continue;
            }
            outputs.add(feature.get());
            String reason = set.isKey(output)
                    ? "is a key column"
                    : output.equals(set.featureTime())
                            ? "is the feature time"
                            : links.contains(object)
                                    ? "is a link that a relation follows"
                                    : feature.get().supply() == Supply.REQUEST ? "comes with each request" : "";
            if (!reason.isEmpty()) {
                invalid(
                        resolver,
                        "resolver '" + resolver.name() + "' gives '" + object + "', which " + reason
                                + " (expected a feature that can be computed)");
            }
            List<Resolver> earlier = byOutput.computeIfAbsent(object, missing -> new ArrayList<>());
            refuseAmbiguity(resolver, earlier, object);
            earlier.add(resolver);
        }
        return outputs;
    }

    private void refuseAmbiguity(Resolver resolver, List<Resolver> earlier, String object) {
        Set<String> tags = new TreeSet<>(resolver.conditions().tags());
        for (Resolver other : earlier) {
            if (!other.name().equals(resolver.name())
                    && tags.equals(new TreeSet<>(other.conditions().tags()))) {
                invalid(
                        resolver,
                        "resolvers '" + other.name() + "' and '" + resolver.name() + "' both give '" + object
                                + "' " + (tags.isEmpty() ? "without tags" : "with the tags " + tags)
                                + " (expected one, or different tags to choose by)");
            }
        }
    }

    private List<FeaturePath> inputs(Resolver resolver) {
        List<FeaturePath> found = new ArrayList<>();
        for (ResolverInput input : resolver.inputs()) {
            if (!(input instanceof ResolverInput.Path path)) {
                continue;
            }
            try {
                FeaturePath target = FeaturePath.find(sets, path.path());
                String root = path.path().substring(0, path.path().indexOf('.'));
                boolean global = sets.stream().anyMatch(set -> set.name().equals(root) && set.global());
                if (!root.equals(resolver.set()) && !global) {
                    invalid(
                            resolver,
                            "input '" + path.path() + "' of resolver '" + resolver.name() + "' does not belong to '"
                                    + resolver.set() + "' (expected a path that begins there, or a global set)");
                }
                found.add(target);
            } catch (IllegalArgumentException leadsNowhere) {
                unknown(resolver, "its input " + leadsNowhere.getMessage());
            }
        }
        return found;
    }

    private void checkKinds(Resolver resolver, ResolverBody.Formula formula, List<Feature> outputs) {
        List<Set<Kind>> inputs = new ArrayList<>();
        for (ResolverInput input : resolver.inputs()) {
            Set<Kind> kinds = EnumSet.noneOf(Kind.class);
            switch (input) {
                case ResolverInput.Now now -> kinds.add(Kind.DATETIME);
                case ResolverInput.Path path -> {
                    Feature feature;
                    try {
                        feature = FeaturePath.find(sets, path.path()).feature();
                    } catch (IllegalArgumentException known) {
                        return;
                    }
                    Optional<Kind> kind = FormulaTypes.kind(feature.type());
                    if (kind.isEmpty()) {
                        invalid(
                                resolver,
                                "input '" + path.path() + "' of resolver '" + resolver.name() + "' is of type "
                                        + feature.type().text() + ", which expressions do not know");
                        return;
                    }
                    kinds.add(kind.get());
                    if (path.optional() || feature.values().nullable()) {
                        kinds.add(Kind.NONE);
                    }
                }
            }
            inputs.add(kinds);
        }
        if (ExpressionJson.inputs(formula.expression()) > inputs.size()) {
            invalid(
                    resolver,
                    "expression of resolver '" + resolver.name() + "' reads more than its " + inputs.size()
                            + " inputs");
            return;
        }
        KindCheck.Checked checked = KindCheck.check(formula.expression(), inputs);
        checked.problems().forEach(problem -> invalid(resolver, "resolver '" + resolver.name() + "': " + problem));
        if (checked.results().size() != outputs.size()) {
            invalid(
                    resolver,
                    "resolver '" + resolver.name() + "' gives "
                            + checked.results().size() + " values (expected " + outputs.size() + ", one for each of "
                            + resolver.outputs() + ")");
            return;
        }
        for (int output = 0; output < outputs.size(); output++) {
            checkResult(resolver, outputs.get(output), checked.results().get(output));
        }
    }

    private void checkResult(Resolver resolver, Feature output, Set<Kind> kinds) {
        Set<Kind> values = EnumSet.noneOf(Kind.class);
        values.addAll(kinds);
        values.remove(Kind.NONE);
        boolean never = !values.isEmpty() && Collections.disjoint(values, FormulaTypes.convertible(output.type()));
        boolean nothing =
                kinds.equals(EnumSet.of(Kind.NONE)) && !output.values().nullable();
        if (never || nothing) {
            invalid(
                    resolver,
                    "resolver '" + resolver.name() + "' gives " + words(kinds) + " for '" + resolver.set() + "."
                            + output.name() + "' (expected a value of its type, "
                            + output.type().text() + ")");
        }
    }

    private static String words(Set<Kind> kinds) {
        return String.join(
                " or ",
                kinds.stream()
                        .map(kind -> kind == Kind.NONE ? "None" : kind.name().toLowerCase(java.util.Locale.ROOT))
                        .toList());
    }

    private void validateQueries(List<NamedQuery> queries) {
        Set<String> references = new HashSet<>();
        for (NamedQuery query : queries) {
            String object = "query:" + query.reference();
            if (!query.name().matches("[A-Za-z][A-Za-z0-9_.-]*")) {
                problems.add(
                        ErrorCode.PARSE_FAILED,
                        object,
                        "query '" + query.name() + "' is no name (expected letters, digits, '_', '.' and '-', a letter"
                                + " first)");
            }
            if (!references.add(query.reference())) {
                problems.add(ErrorCode.INVALID_QUERY, object, "query '" + query.reference() + "' is defined twice");
            }
            if (query.outputs().isEmpty()) {
                problems.add(
                        ErrorCode.INVALID_QUERY,
                        object,
                        "query '" + query.reference() + "' has no outputs (expected at least one)");
            }
        }
    }

    private void invalid(Resolver resolver, String message) {
        problems.add(ErrorCode.INVALID_QUERY, ResolverReader.object(resolver.name()), message);
    }

    private void unknown(Resolver resolver, String message) {
        problems.add(
                ErrorCode.PARSE_FAILED,
                ResolverReader.object(resolver.name()),
                "resolver '" + resolver.name() + "': " + message);
    }
}
