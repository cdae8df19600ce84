package io.featuregrid.gridnode.ingest.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.gridnode.ingest.BrokenRule;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a write promises, under thousands of courses of things. {@code -Dfeaturegrid.seed=N} replays one,
 * {@code -Dfeaturegrid.seeds=N} runs so many.
 */
class SimulationTest {
    private static final int SEEDS = 2_000;
    private static final int SEEDS_OF_A_CONTROL = 300;

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingIsLeftOpen() {
        allocator.close();
    }

    @Test
    void whatWasAcknowledgedIsInHistoryOnceAndInItsRow() {
        Long replayed = Long.getLong("featuregrid.seed");
        long first = replayed == null ? 1 : replayed;
        long count = replayed == null ? Integer.getInteger("featuregrid.seeds", SEEDS) : 1;
        for (long seed = first; seed < first + count; seed++) {
            List<String> violations = run(seed, BrokenRule.NONE);
            assertThat(violations)
                    .as("seed %d; replay it with -Dfeaturegrid.seed=%d", seed, seed)
                    .isEmpty();
        }
    }

    @Test
    void entriesThatAreDeletedBeforeTheyAreReadAreMissed() {
        assertThat(seedsThatFind(BrokenRule.DELETE_BEFORE_READING)).isNotEmpty();
    }

    @Test
    void entriesThatAreDeletedBeforeHistoryHasThemAreMissed() {
        assertThat(seedsThatFind(BrokenRule.DELETE_BEFORE_COMMIT)).isNotEmpty();
    }

    @Test
    void entriesThatAreDrainedBeforeTheyCountAndAreMergedAreFound() {
        assertThat(seedsThatFind(BrokenRule.DRAIN_IN_DOUBT)).isNotEmpty();
    }

    @Test
    void segmentsThatAreNumberedAnewAreFound() {
        assertThat(seedsThatFind(BrokenRule.FORGET_SEGMENTS)).isNotEmpty();
    }

    @Test
    void rowsForHistoryThatAreMergedAreFound() {
        assertThat(seedsThatFind(BrokenRule.MERGE_ALL)).isNotEmpty();
    }

    @Test
    void versionsThatAreLostWhenEntriesAreMergedAgainAreFound() {
        assertThat(seedsThatFind(BrokenRule.FORGET_VERSIONS)).isNotEmpty();
    }

    private List<Long> seedsThatFind(BrokenRule broken) {
        List<Long> seeds = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS_OF_A_CONTROL && seeds.isEmpty(); seed++) {
            if (!run(seed, broken).isEmpty()) {
                seeds.add(seed);
            }
        }
        return seeds;
    }

    private List<String> run(long seed, BrokenRule broken) {
        try {
            return new Simulation(seed, broken, allocator).run();
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError("seed " + seed + " fails; replay it with -Dfeaturegrid.seed=" + seed, failure);
        }
    }
}
