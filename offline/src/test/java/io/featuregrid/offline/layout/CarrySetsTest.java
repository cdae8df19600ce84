package io.featuregrid.offline.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CarrySetsTest {
    @Test
    void numbersAreGivenInOrderOfFirstUse() {
        CarrySets sets = CarrySets.read(Map.of());
        assertThat(sets.number(List.of(3, 7))).isZero();
        assertThat(sets.number(List.of())).isEqualTo(1);
        assertThat(sets.number(List.of(3))).isEqualTo(2);
        assertThat(sets.number(List.of(3, 7))).isZero();
        assertThat(sets.features(0)).contains(List.of(3, 7));
        assertThat(sets.features(9)).isEmpty();
    }

    @Test
    void theSixtyFourthIsShared() {
        CarrySets sets = CarrySets.read(Map.of());
        IntStream.range(0, 63)
                .forEach(number -> assertThat(sets.number(List.of(number + 1))).isEqualTo(number));
        assertThat(sets.number(List.of(64))).isEqualTo(CarrySets.SHARED).isEqualTo(63);
        assertThat(sets.number(List.of(65))).isEqualTo(CarrySets.SHARED);
        assertThat(sets.number(List.of(63))).isEqualTo(62);
        assertThat(sets.features(CarrySets.SHARED)).isEmpty();
    }

    @Test
    void propertiesAreReadBack() {
        CarrySets sets = CarrySets.read(Map.of());
        Map<String, String> properties = new HashMap<>(Map.of("other", "1,2"));
        for (List<Integer> features : List.of(List.of(1, 2, 30), List.<Integer>of(), List.of(2))) {
            properties.put(CarrySets.property(sets.number(features)), CarrySets.text(features));
        }
        assertThat(properties).containsEntry("carry.0", "1,2,30").containsEntry("carry.1", "");
        CarrySets read = CarrySets.read(properties);
        assertThat(read.number(List.of(2))).isEqualTo(2);
        assertThat(read.number(List.of())).isEqualTo(1);
        assertThat(read.number(List.of(1, 2, 30))).isZero();
        assertThat(read.number(List.of(9))).isEqualTo(3);
    }

    @Test
    void carriedBytesHaveABitAFeatureTheLeastFirst() {
        assertThat(CarrySets.carriedBytes(List.of(1, 2, 9))).containsExactly(3, 1);
        assertThat(CarrySets.carriedBytes(List.of(8))).containsExactly(0x80);
        assertThat(CarrySets.carriedBytes(List.of())).isEmpty();
        Random random = new Random(13);
        for (int round = 0; round < 200; round++) {
            List<Integer> features = random.ints(random.nextInt(12), 1, 200)
                    .distinct()
                    .sorted()
                    .boxed()
                    .toList();
            byte[] carried = CarrySets.carriedBytes(features);
            assertThat(IntStream.rangeClosed(1, 260)
                            .filter(feature -> CarrySets.carries(carried, feature))
                            .boxed())
                    .containsExactlyElementsOf(features);
        }
    }
}
