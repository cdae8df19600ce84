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
        assertThat(new Freshness(5L, 7L).effectiveTtlMicros()).isEqualTo(7);
        assertThat(new Freshness(5L, null).effectiveTtlMicros()).isEqualTo(5);
        assertThat(new Freshness(5L, Durations.INFINITY).effectiveTtlMicros()).isEqualTo(Durations.INFINITY);
        assertThat(Freshness.UNDECLARED.effectiveTtlMicros()).isEqualTo(Durations.INFINITY);
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

    private static Values values(FeatureType type, @Nullable Object min, @Nullable Object max) {
        return new Values(type, true, null, min, max);
    }
}
