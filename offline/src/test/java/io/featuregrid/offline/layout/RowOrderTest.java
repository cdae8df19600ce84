package io.featuregrid.offline.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Seeds;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class RowOrderTest {
    private static final int[] SIZES = {0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1_000, 4_097};

    @TestFactory
    Stream<DynamicTest> rowsAreSortedAndEqualOnesKeepTheirOrder() {
        return Seeds.tests(1, 10, seed -> {
            Random random = new Random(seed);
            for (int size : SIZES) {
                // Few different values give many ties, one value only ties, many none.
                for (int values : new int[] {1, 3, size + 1}) {
                    int[] keys = random.ints(size, 0, values).toArray();
                    if (random.nextInt(4) == 0) {
                        Arrays.sort(keys);
                    }
                    assertThat(RowOrder.sorted(size, (left, right) -> Integer.compare(keys[left], keys[right])))
                            .containsExactly(expected(keys));
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> chosenRowsAreSortedInTheirGivenOrder() {
        return Seeds.tests(1, 10, seed -> {
            Random random = new Random(seed);
            int[] keys = random.ints(500, 0, 20).toArray();
            int[] chosen = random.ints(random.nextInt(300), 0, 500).toArray();
            Integer[] expected = Arrays.stream(chosen).boxed().toArray(Integer[]::new);
            Arrays.sort(expected, Comparator.comparingInt(row -> keys[row]));
            assertThat(RowOrder.sort(chosen, (left, right) -> Integer.compare(keys[left], keys[right])))
                    .containsExactly(
                            Arrays.stream(expected).mapToInt(Integer::intValue).toArray());
        });
    }

    private static int[] expected(int[] keys) {
        Integer[] rows = IntStream.range(0, keys.length).boxed().toArray(Integer[]::new);
        Arrays.sort(rows, Comparator.comparingInt(row -> keys[row]));
        return Arrays.stream(rows).mapToInt(Integer::intValue).toArray();
    }
}
