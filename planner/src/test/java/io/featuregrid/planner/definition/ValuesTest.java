package io.featuregrid.planner.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import io.featuregrid.planner.time.Durations;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValuesTest {
    @Test
    void theEdgesOfBoundsAreInside() {
        Values bounded = values(FeatureType.INT64, -1L, 5L);
        assertThat(bounded.inBounds(-1)).isTrue();
        assertThat(bounded.inBounds(5)).isTrue();
        assertThat(bounded.inBounds(-2)).isFalse();
        assertThat(bounded.inBounds(6)).isFalse();
        assertThat(bounded.bounds()).isEqualTo("-1..5");
        assertThat(values(FeatureType.INT64, null, 5L).inBounds(Long.MIN_VALUE)).isTrue();
        assertThat(values(FeatureType.DATE, 0L, null).bounds()).isEqualTo("1970-01-01..");
    }

    @Test
    void nanIsOutsideOfBoundsAndInsideOfNone() {
        long nan = Double.doubleToRawLongBits(Double.NaN);
        assertThat(values(FeatureType.FLOAT64, Double.NEGATIVE_INFINITY, null).inBounds(nan))
                .isFalse();
        assertThat(values(FeatureType.FLOAT64, null, null).inBounds(nan)).isTrue();
        assertThat(values(FeatureType.FLOAT64, 0.0, 1.0).inBounds(Double.doubleToRawLongBits(-0.0)))
                .isTrue();
        assertThat(values(FeatureType.FLOAT64, 0.0, 1.0).inBounds(Double.doubleToRawLongBits(1.0000001)))
                .isFalse();
    }

    @Test
    void aTtlIsTheDeclaredOneElseTheMaxStalenessElseForEver() {
        assertThat(feature(5L, 7L).ttlMicros()).isEqualTo(7);
        assertThat(feature(5L, null).ttlMicros()).isEqualTo(5);
        assertThat(feature(5L, Durations.INFINITY).ttlMicros()).isEqualTo(Durations.INFINITY);
        assertThat(feature(null, null).ttlMicros()).isEqualTo(Durations.INFINITY);
    }

    @Test
    void aComputedFeatureIsNeverServedFromTheStoreUnlessItDeclaresAMaxStalenessAndItsTtlDoesNotFollow() {
        assertThat(feature(null, null).supplied(Supply.COMPUTED).maxAgeMicros(null))
                .isZero();
        assertThat(feature(5L, null).supplied(Supply.COMPUTED).maxAgeMicros(null))
                .isEqualTo(5);
        assertThat(feature(5L, null).supplied(Supply.COMPUTED).ttlMicros()).isEqualTo(Durations.INFINITY);
        assertThat(feature(5L, 3L).supplied(Supply.COMPUTED).maxAgeMicros(4L)).isEqualTo(3);
    }

    @Test
    void jsonNumbersAreReadWithoutLoss() {
        assertThat(TypedValues.read(FeatureType.INT64, DoubleNode.valueOf(3.0))).contains(3L);
        assertThat(TypedValues.read(FeatureType.INT64, DoubleNode.valueOf(3.5))).isEmpty();
        assertThat(TypedValues.read(FeatureType.INT64, DoubleNode.valueOf(Double.NaN)))
                .isEmpty();
        assertThat(TypedValues.read(FeatureType.INT64, Documents.json("9223372036854775808")))
                .isEmpty();
        assertThat(TypedValues.read(FeatureType.FLOAT64, LongNode.valueOf(1L << 60)))
                .contains(0x1p60);
        assertThat(TypedValues.read(FeatureType.FLOAT64, LongNode.valueOf((1L << 60) + 1)))
                .isEmpty();
    }

    private static Feature feature(@Nullable Long maxStaleness, @Nullable Long ttl) {
        return new Feature(
                "f", 1, 1, values(FeatureType.INT64, null, null), new Freshness(maxStaleness, ttl), Documentation.NONE);
    }

    private static Values values(FeatureType type, @Nullable Object min, @Nullable Object max) {
        return new Values(type, true, null, min, max);
    }
}
