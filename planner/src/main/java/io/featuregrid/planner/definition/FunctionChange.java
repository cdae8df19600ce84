package io.featuregrid.planner.definition;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The step from one catalog's resolvers and queries to the next: a resolver whose code or inputs change gets a new version. */
final class FunctionChange {
    private final Functions before;
    private final Functions wanted;
    private int nextVersion;

    FunctionChange(Functions before, Functions wanted) {
        this.before = before;
        this.wanted = wanted;
        this.nextVersion = before.nextVersion();
    }

    /** Notes what changes; objects are named {@code resolver:name} and {@code query:name@version}. */
    Functions plan(List<String> added, List<String> changed, List<String> removed, Map<String, String> details) {
        for (Resolver resolver : before.resolvers()) {
            if (wanted.resolver(resolver.name()).isEmpty()) {
                removed.add(ResolverReader.object(resolver.name()));
            }
        }
        List<Resolver> resolvers = new ArrayList<>();
        for (Resolver resolver : wanted.resolvers()) {
            String object = ResolverReader.object(resolver.name());
            Optional<Resolver> old = before.resolver(resolver.name());
            if (old.isEmpty()) {
                added.add(object);
                resolvers.add(resolver.versioned(nextVersion++));
            } else if (!code(old.get()).equals(code(resolver))) {
                changed.add(object);
                details.put(object, "other code: what it computed before is stale");
                resolvers.add(resolver.versioned(nextVersion++));
            } else {
                Resolver same = resolver.versioned(old.get().version());
                if (!same.equals(old.get())) {
                    changed.add(object);
                    details.put(object, "same code, other conditions or words");
                }
                resolvers.add(same);
            }
        }
        planQueries(added, changed, removed);
        return new Functions(resolvers, wanted.queries(), nextVersion);
    }

    private void planQueries(List<String> added, List<String> changed, List<String> removed) {
        for (NamedQuery query : before.queries()) {
            if (same(wanted.queries(), query).isEmpty()) {
                removed.add("query:" + query.reference());
            }
        }
        for (NamedQuery query : wanted.queries()) {
            Optional<NamedQuery> old = same(before.queries(), query);
            if (old.isEmpty()) {
                added.add("query:" + query.reference());
            } else if (!old.get().equals(query)) {
                changed.add("query:" + query.reference());
            }
        }
    }

    private static Optional<NamedQuery> same(List<NamedQuery> queries, NamedQuery query) {
        return queries.stream()
                .filter(other -> other.reference().equals(query.reference()))
                .findFirst();
    }

    /** All that the results depend on. Where a Python function stands does not count, only what it does. */
    private static String code(Resolver resolver) {
        ObjectNode code = JsonNodeFactory.instance.objectNode();
        if (resolver.body() instanceof ResolverBody.PythonFunction function) {
            code.put("code", function.code())
                    .put("frame", function.frame().name())
                    .put("requirements", function.requirements().toString());
        } else {
            ResolverJson.write(code, resolver.body());
        }
        return resolver.set() + resolver.inputs() + resolver.outputs() + code;
    }
}
