package io.featuregrid.planner.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryPlanner;
import io.featuregrid.planner.plan.QueryShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PlanRunnerTest {
    @TestFactory
    Stream<DynamicTest> anyQueryOverAnyWorldIsAnsweredAsTheOracleAnswersIt() {
        return QuerySeeds.tests(1, 60, seed -> {
            RandomQueryWorld world = new RandomQueryWorld(seed);
            PlanRunner runner = runner(world.store());
            for (int query = 0; query < 20; query++) {
                RandomQueryWorld.Query asked = world.query();
                QueryPlan plan = QueryPlanner.plan(world.catalog(), asked.shape());
                QueryResult result = runner.run(plan, asked.inputs(), occasion(asked.now(), true, Deadline.NONE));
                compare(world, asked, result);
            }
        });
    }

    private static void compare(RandomQueryWorld world, RandomQueryWorld.Query asked, QueryResult result) {
        long hits = 0;
        long misses = 0;
        long oldest = -1;
        for (int output = 0; output < asked.shape().outputs().size(); output++) {
            String path = asked.shape().outputs().get(output);
            for (int row = 0; row < asked.inputs().rows(); row++) {
                QueryOracle.Answer expected = world.oracle().answer(asked, path, row);
                String got = result.column(output).describe(row) + " shown as "
                        + result.shown(output).describe(row);
                if (!got.equals(expected.value() + " shown as " + expected.shown())) {
                    throw new AssertionError(path + " is " + got + ", expected " + expected + ", in row " + row + " at "
                            + asked.now() + ", " + asked.shape() + " with " + asked.describe(row));
                }
                Stamp stamp = result.stamp(output, row);
                assertThat(stamp).as("stamp of %s in row %d", path, row).isEqualTo(expected.stamp());
                if (result.plan().stored(result.plan().outputs().get(output))) {
                    hits += stamp == null ? 0 : 1;
                    misses += stamp == null ? 1 : 0;
                    oldest = stamp == null ? oldest : Math.max(oldest, asked.now() - stamp.observedAt());
                }
            }
        }
        assertThat(result.counts()).isEqualTo(new QueryResult.Counts(hits, misses, oldest));
    }

    @Test
    void eachEntityIsReadOnceAStage() {
        RandomQueryWorld world = new RandomQueryWorld(11);
        List<Integer> read = new ArrayList<>();
        PlanRunner runner = runner(new Reading(world.store(), keys -> read.add(keys.rows())));
        QueryShape shape = new QueryShape(List.of("s0.k0"), List.of("s0.n", "s0.next.n"), Map.of(), true);
        FeatureBatch inputs = world.keys(5, 3, 5, 5, 3, -1);

        QueryResult result =
                runner.run(QueryPlanner.plan(world.catalog(), shape), inputs, occasion(1_000, false, Deadline.NONE));

        assertThat(read).hasSizeBetween(1, 2);
        assertThat(read.getFirst()).isEqualTo(2);
        assertThat(result.column(0).isPresent(5)).isFalse();
        assertThat(result.stamp(0, 0)).isNull();
    }

    @Test
    void aDeadlineEndsTheQueryBeforeTheNextStage() {
        RandomQueryWorld world = new RandomQueryWorld(11);
        AtomicLong nanos = new AtomicLong();
        Deadline deadline = Deadline.after(nanos::get, 0, 5L);
        PlanRunner runner = runner(new Reading(world.store(), keys -> nanos.addAndGet(5_000_000)));
        QueryShape shape = new QueryShape(List.of("s0.k0"), List.of("s0.n"), Map.of(), true);
        QueryPlan plan = QueryPlanner.plan(world.catalog(), shape);

        assertThatThrownBy(() -> runner.run(plan, world.keys(1), occasion(1_000, false, deadline)))
                .hasMessageStartingWith("DEADLINE_EXCEEDED: the answer was not there after 5 ms");
    }

    private static PlanRunner runner(OnlineStore store) {
        return new PlanRunner(store, new CallRunner(FunctionRunners.formulasOnly()));
    }

    private static PlanRunner.Occasion occasion(long now, boolean stamps, Deadline deadline) {
        return new PlanRunner.Occasion(now, stamps, "trace", deadline, null);
    }

    /** A store that tells what it is asked. */
    private record Reading(OnlineStore store, java.util.function.Consumer<FeatureBatch> listener)
            implements OnlineStore {
        @Override
        public void prepare(FeatureSet set) {
            store.prepare(set);
        }

        @Override
        public OnlineRows read(OnlineRead read, FeatureBatch keys) {
            for (Column column : keys.columns()) {
                for (int row = 0; row < keys.rows(); row++) {
                    assertThat(column.hasValue(row)).isTrue();
                }
            }
            listener.accept(keys);
            return store.read(read, keys);
        }

        @Override
        public void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
            store.merge(set, observations, versions);
        }

        @Override
        public void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {
            store.erase(set, keys, mark);
        }
    }
}
