package io.featuregrid.planner.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Documents;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanCacheTest {
    private static final Catalog CATALOG = Documents.catalog(Documents.set("a", "x int64", "y int64", "z int64"));

    /** Room for two plans of one input and one output. */
    private final PlanCache<QueryPlan> cache = new PlanCache<>(36, plan -> plan);

    @Test
    void aShapeIsPlannedOnce() {
        assertThat(cache.get(CATALOG, shape("x")).missed()).isTrue();
        PlanCache.Found<QueryPlan> again = cache.get(CATALOG, shape("x"));
        assertThat(again.missed()).isFalse();
        assertThat(again.value()).isSameAs(cache.get(CATALOG, shape("x")).value());
        assertThat(again.value().outputs().getFirst().name()).isEqualTo("a.x");
    }

    @Test
    void thePlanUsedLongestAgoMakesRoom() {
        cache.get(CATALOG, shape("x"));
        cache.get(CATALOG, shape("y"));
        cache.get(CATALOG, shape("x"));
        cache.get(CATALOG, shape("z"));

        assertThat(cache.get(CATALOG, shape("x")).missed()).isFalse();
        assertThat(cache.get(CATALOG, shape("y")).missed()).isTrue();
    }

    @Test
    void anotherCatalogIsAnotherPlan() {
        cache.get(CATALOG, shape("x"));
        Catalog next = new Catalog(CATALOG.version() + 1, CATALOG.nextSetNumber(), CATALOG.sets(), List.of());
        assertThat(cache.get(next, shape("x")).value().catalogVersion()).isEqualTo(CATALOG.version() + 1);
    }

    @Test
    void aPlanTooLargeIsMadeAndNotKept() {
        PlanCache<QueryPlan> small = new PlanCache<>(10, plan -> plan);
        assertThat(small.get(CATALOG, shape("x")).missed()).isTrue();
        assertThat(small.get(CATALOG, shape("x")).missed()).isTrue();
    }

    @Test
    void aRefusalIsNotKept() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> cache.get(CATALOG, shape("what"))).hasMessageStartingWith("PARSE_FAILED");
        }
    }

    private static QueryShape shape(String output) {
        return new QueryShape(List.of("a.id"), List.of("a." + output), Map.of(), true);
    }
}
