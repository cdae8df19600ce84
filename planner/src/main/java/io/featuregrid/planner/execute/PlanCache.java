package io.featuregrid.planner.execute;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryPlanner;
import io.featuregrid.planner.plan.QueryShape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The plans of the query shapes that were met last, each with what was made of it. Bounded by the names that plans have to do with, so that
 * many large ones take no more memory than many small ones. Safe for use by several threads.
 *
 * @param <T> what is made of a plan once
 */
public final class PlanCache<T> {
    /** What a plan weighs beside its names. */
    private static final int WEIGHT = 16;

    private final int mostNames;
    private final Function<QueryPlan, T> prepare;
    private final LinkedHashMap<Key, T> plans = new LinkedHashMap<>(64, 0.75f, true);
    private int names;

    private record Key(int catalogVersion, QueryShape shape) {}

    /**
     * What was asked for.
     *
     * @param missed whether it had to be planned
     */
    public record Found<T>(T value, boolean missed) {}

    /**
     * An empty cache.
     *
     * @param mostNames how many names all plans may have together; a plan that alone has more is not kept
     */
    public PlanCache(int mostNames, Function<QueryPlan, T> prepare) {
        this.mostNames = mostNames;
        this.prepare = prepare;
    }

    /**
     * What was made of the plan of a shape.
     *
     * @throws io.featuregrid.planner.error.FeatureGridException as {@link QueryPlanner#plan}; a refusal is not kept
     */
    public Found<T> get(Catalog catalog, QueryShape shape) {
        Key key = new Key(catalog.version(), shape);
        synchronized (plans) {
            T known = plans.get(key);
            if (known != null) {
                return new Found<>(known, false);
            }
        }
        T made = prepare.apply(QueryPlanner.plan(catalog, shape));
        synchronized (plans) {
            if (plans.put(key, made) == null) {
                names += weight(key);
            }
            while (names > mostNames) {
                Map.Entry<Key, T> eldest = plans.pollFirstEntry();
                names -= weight(eldest.getKey());
            }
        }
        return new Found<>(made, true);
    }

    /** What was made of the plan of a shape, if it is known; nothing is planned. */
    public Optional<T> known(Catalog catalog, QueryShape shape) {
        synchronized (plans) {
            return Optional.ofNullable(plans.get(new Key(catalog.version(), shape)));
        }
    }

    private static int weight(Key key) {
        return key.shape().size() + WEIGHT;
    }
}
