package io.featuregrid.planner.definition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a change means for what is there: what depends on things that go, and which stored values it costs.
 *
 * @param breaks in the order of definition, resolvers first
 * @param costs what stored values lose, by the object that they are of; what is removed stands in the difference
 */
public record ChangeEffects(List<Break> breaks, Map<String, String> costs) {
    /**
     * Something that depends on what goes.
     *
     * @param object {@code resolver:name} or {@code query:name@version}, of the catalog before the change
     * @param because the feature or relation that goes, or gets another type and starts empty; or the resolver that goes, as above
     * @param through the path or feature by which it depends on that; the same as {@code because} if it does so directly
     * @param stays whether the next catalog has it too: it then finds nothing until the feature is written again
     */
    public record Break(String object, String because, String through, boolean stays) {}

    /** The effects of a change of a catalog. */
    public static ChangeEffects of(Catalog current, CatalogChange change) {
        return new ChangeEffects(new Dependents(current, change).breaks(), new Costs(current, change.next()).costs());
    }

    /** Follows what depends on the names that go, from resolver to resolver. */
    private static final class Dependents {
        private final Catalog current;
        private final Catalog next;
        private final List<Break> breaks = new ArrayList<>();
        /** What goes by name, and for whose sake: itself, or what it was computed from. */
        private final Map<String, String> gone = new LinkedHashMap<>();

        private Dependents(Catalog current, CatalogChange change) {
            this.current = current;
            this.next = change.next();
            change.diff().removed().stream()
                    .filter(object -> object.indexOf(':') < 0)
                    .forEach(object -> gone.put(object, object));
            for (Resolver resolver : current.functions().resolvers()) {
                for (String output : resolver.outputs()) {
                    // Of several resolvers of a feature the others may still give it.
                    if (next.functions().resolversOf(resolver.set(), output).isEmpty()) {
                        gone.putIfAbsent(resolver.set() + "." + output, "resolver:" + resolver.name());
                    }
                }
            }
        }

        List<Break> breaks() {
            Set<String> told = new HashSet<>();
            Deque<String> left = new ArrayDeque<>(gone.keySet());
            while (!left.isEmpty()) {
                left.removeFirst();
                for (Resolver resolver : current.functions().resolvers()) {
                    Optional<String> through = resolver.inputs().stream()
                            .flatMap(input -> input instanceof ResolverInput.Path path
                                    ? touches(path.path()).stream()
                                    : java.util.stream.Stream.empty())
                            .findFirst();
                    if (through.isPresent() && told.add(resolver.name())) {
                        String because = because(through.get());
                        breaks.add(new Break(
                                "resolver:" + resolver.name(),
                                because,
                                through.get(),
                                next.functions().resolver(resolver.name()).isPresent()));
                        for (String output : resolver.outputs()) {
                            String object = resolver.set() + "." + output;
                            if (gone.putIfAbsent(object, because) == null) {
                                left.add(object);
                            }
                        }
                    }
                }
            }
            for (NamedQuery query : current.functions().queries()) {
                query.outputs().stream()
                        .flatMap(path -> touches(path).stream())
                        .findFirst()
                        .ifPresent(through -> breaks.add(
                                new Break("query:" + query.reference(), because(through), through, stays(query))));
            }
            return List.copyOf(breaks);
        }

        private boolean stays(NamedQuery query) {
            return next.functions()
                    .query(new NamedQuery.Reference(query.name(), query.version()))
                    .isPresent();
        }

        private String because(String through) {
            return Objects.requireNonNull(gone.get(through));
        }

        /** The first thing on a path that goes: a relation, a link, or what stands at its end. */
        private Optional<String> touches(String path) {
            List<String> names = new ArrayList<>();
            String[] parts = path.split("\\.", -1);
            FeatureSet set = current.set(parts[0]).orElse(null);
            for (int part = 1; part < parts.length && set != null; part++) {
                names.add(set.name() + "." + parts[part]);
                Relation relation = set.relation(parts[part]).orElse(null);
                if (relation != null) {
                    String from = set.name();
                    relation.on().values().forEach(link -> names.add(from + "." + link));
                }
                set = relation == null ? null : current.set(relation.set()).orElse(null);
            }
            return names.stream().filter(gone::containsKey).findFirst();
        }
    }

    /** Compares stored values before and after. */
    private record Costs(Catalog current, Catalog next) {
        Map<String, String> costs() {
            Map<String, String> costs = new LinkedHashMap<>();
            for (Resolver resolver : next.functions().resolvers()) {
                Resolver before = current.functions().resolver(resolver.name()).orElse(null);
                if (before != null && before.version() != resolver.version()) {
                    resolver.outputs().forEach(output -> recomputed(before, resolver, output, costs));
                }
            }
            for (FeatureSet set : next.sets()) {
                current.set(set.name())
                        .filter(before -> before.identity().number()
                                        == set.identity().number()
                                && before.identity().epoch() != set.identity().epoch())
                        .ifPresent(before -> costs.put(
                                set.name(),
                                "online rows go from epoch " + before.identity().epoch() + " to "
                                        + set.identity().epoch()
                                        + ", each when it is next written; what changed its type starts empty"));
            }
            return costs;
        }

        private void recomputed(Resolver before, Resolver after, String output, Map<String, String> costs) {
            Feature feature = next.set(after.set())
                    .flatMap(set -> set.feature(output))
                    .filter(found -> !found.freshness().acrossVersions())
                    .orElse(null);
            Long declared = feature == null ? null : feature.freshness().maxStalenessMicros();
            // Without a max staleness a computed value is never read again, so that none is lost.
            if (declared != null && declared > 0) {
                costs.put(
                        after.set() + "." + output,
                        "values that were computed and stored no longer count (resolver " + after.name() + ", version "
                                + before.version() + " -> " + after.version()
                                + "): they are computed again when asked for");
            }
        }
    }
}
