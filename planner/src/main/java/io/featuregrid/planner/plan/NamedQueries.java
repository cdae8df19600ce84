package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.NamedQuery;
import io.featuregrid.planner.definition.Supply;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Queries that the catalog knows by name. */
public final class NamedQueries {
    private NamedQueries() {}

    /**
     * The query of a name.
     *
     * @throws FeatureGridException INVALID_QUERY if the catalog has none of that name and version
     */
    static NamedQuery require(Catalog catalog, NamedQuery.Reference reference) {
        return catalog.functions()
                .query(reference)
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "there is no query '" + reference + "' (expected one of "
                                + catalog.functions().queries().stream()
                                        .map(NamedQuery::reference)
                                        .toList()
                                + ")"));
    }

    /**
     * Plans every query of a catalog as if the keys of the sets that its paths begin with were given.
     *
     * @param places where each object was defined, {@code file:line} by object
     * @return what is wrong with them
     */
    public static List<Problem> check(Catalog catalog, Map<String, String> places) {
        List<Problem> problems = new ArrayList<>();
        for (NamedQuery query : catalog.functions().queries()) {
            try {
                QueryPlanner.plan(catalog, shape(catalog, query));
            } catch (FeatureGridException refused) {
                String place = places.get("query:" + query.reference());
                for (Problem problem : refused.problems()) {
                    problems.add(new Problem(
                            problem.code(),
                            (place == null ? "" : place + ": ") + "query '" + query.reference() + "': "
                                    + problem.message(),
                            problem.feature(),
                            problem.resolver()));
                }
            }
        }
        return problems;
    }

    private static QueryShape shape(Catalog catalog, NamedQuery query) {
        Set<String> inputs = new HashSet<>();
        for (String path : query.outputs()) {
            String root = path.substring(0, Math.max(0, path.indexOf('.')));
            catalog.set(root).ifPresent(set -> {
                set.key().forEach(column -> inputs.add(root + "." + column));
                // What comes with each request is there when the query is asked.
                set.features().stream()
                        .filter(feature -> feature.supply() == Supply.REQUEST)
                        .forEach(feature -> inputs.add(root + "." + feature.name()));
            });
        }
        return new QueryShape(
                inputs.stream().sorted().toList(),
                List.of(),
                Map.of(),
                new QueryShape.Choice(
                        new NamedQuery.Reference(query.name(), query.version()), List.of(), List.of(), true));
    }
}
