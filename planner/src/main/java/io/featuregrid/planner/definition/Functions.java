package io.featuregrid.planner.definition;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a catalog defines beside stored features.
 *
 * @param nextVersion the version that the next new resolver, or the next change of a resolver's code, gets
 */
public record Functions(List<Resolver> resolvers, List<NamedQuery> queries, int nextVersion) {
    public static final Functions NONE = new Functions(List.of(), List.of(), 1);

    public Functions {
        resolvers = List.copyOf(resolvers);
        queries = List.copyOf(queries);
    }

    /** The resolvers that give a feature, in the order of their definition. */
    public List<Resolver> resolversOf(String set, String feature) {
        return resolvers.stream()
                .filter(resolver ->
                        resolver.set().equals(set) && resolver.outputs().contains(feature))
                .toList();
    }

    public Optional<Resolver> resolver(String name) {
        return resolvers.stream()
                .filter(resolver -> resolver.name().equals(name))
                .findFirst();
    }

    /** The query of a name and version, of the newest version if none is said. */
    public Optional<NamedQuery> query(NamedQuery.Reference reference) {
        return queries.stream()
                .filter(query -> query.name().equals(reference.name())
                        && (reference.version() == null || reference.version() == query.version()))
                .max(Comparator.comparingInt(NamedQuery::version));
    }
}
