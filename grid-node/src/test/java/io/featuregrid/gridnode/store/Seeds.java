package io.featuregrid.gridnode.store;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Seeds of generated tests: fixed ones, the one that {@code -Dfeaturegrid.seed=N} replays, or as many as {@code -Dfeaturegrid.seeds=N} says. */
final class Seeds {
    private static final String PROPERTY = "featuregrid.seed";
    private static final String COUNT_PROPERTY = "featuregrid.seeds";

    private Seeds() {}

    /** A test a seed; what fails says how to replay it. */
    static Stream<DynamicTest> tests(long first, int count, LongConsumer test) {
        Long replayed = Long.getLong(PROPERTY);
        LongStream seeds = replayed == null
                ? LongStream.range(first, first + Integer.getInteger(COUNT_PROPERTY, count))
                : LongStream.of(replayed);
        return seeds.mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> {
            try {
                test.accept(seed);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed + " fails; replay it with -D" + PROPERTY + "=" + seed, failure);
            }
        }));
    }
}
