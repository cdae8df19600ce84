package io.featuregrid.planner.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DurationsTest {
    private static final long SECOND = 1_000_000;

    @Test
    void everyUnitIsRead() {
        Map.of(
                        "90s",
                        90 * SECOND,
                        "10m",
                        600 * SECOND,
                        "1h30m",
                        5_400 * SECOND,
                        "2d",
                        172_800 * SECOND,
                        "1w",
                        604_800 * SECOND,
                        "250ms",
                        250_000L,
                        "7us",
                        7L,
                        "0s",
                        0L,
                        "1w2d3h4m5s6ms7us",
                        788_645_006_007L,
                        "infinity",
                        Long.MAX_VALUE)
                .forEach((text, micros) ->
                        assertThat(Durations.parse(text, "it")).as(text).isEqualTo(micros));
    }

    @Test
    void anythingElseIsRefusedWithItsSubject() {
        List<String> texts = List.of(
                "",
                "s",
                "10",
                "10x",
                "-1s",
                "1.5h",
                "1h 30m",
                " 1s",
                "1S",
                "Infinity",
                "infinity1s",
                "9223372036854775808us",
                "999999999999999999w",
                "9223372036854775807us1us");
        for (String text : texts) {
            FeatureGridException refusal = catchThrowableOfType(
                    FeatureGridException.class, () -> Durations.parse(text, "staleness for 'user.score'"));
            assertThat(refusal).as(text).isNotNull();
            assertThat(refusal.first().code()).isEqualTo(ErrorCode.INVALID_QUERY);
            assertThat(refusal.first().message())
                    .startsWith("staleness for 'user.score' is \"" + text + "\" (expected a duration like");
        }
    }

    @Test
    void whatIsFormattedIsReadBack() {
        Random random = new Random(1);
        for (int round = 0; round < 2_000; round++) {
            long micros = random.nextLong(Long.MAX_VALUE) >> random.nextInt(62);
            assertThat(Durations.parse(Durations.format(micros), "it")).isEqualTo(micros);
        }
        assertThat(Durations.format(5_400 * SECOND)).isEqualTo("1h30m");
        assertThat(Durations.format(0)).isEqualTo("0s");
        assertThat(Durations.format(Durations.INFINITY)).isEqualTo("infinity");
    }

    @Test
    void timeEndsInsteadOfWrapping() {
        Random random = new Random(2);
        List<Long> edges = List.of(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE - 1, Long.MAX_VALUE);
        for (int round = 0; round < 1_000; round++) {
            long time = round % 2 == 0 ? random.nextLong() : edges.get(random.nextInt(edges.size()));
            long duration = round % 3 == 0 ? Durations.INFINITY : random.nextLong() >>> 1;
            assertThat(Durations.add(time, duration)).isEqualTo(clamped(time, duration));
            assertThat(Durations.subtract(time, duration)).isEqualTo(clamped(time, -duration));
        }
    }

    @Test
    void theNewestThatATimeMaySeeFollowsEndDelayAndCutoff() {
        assertThat(AsOf.PLAIN.newestObservedAt(100)).isEqualTo(100);
        assertThat(AsOf.PLAIN.newestInsertedAt(100)).isEqualTo(Long.MAX_VALUE);
        AsOf delayed = new AsOf(true, 30, new AsOf.Cutoff.Spine());
        assertThat(delayed.newestObservedAt(100)).isEqualTo(69);
        assertThat(delayed.newestInsertedAt(100)).isEqualTo(100);
        assertThat(delayed.newestObservedAt(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
        assertThat(new AsOf(false, 0, new AsOf.Cutoff.Fixed(7)).newestInsertedAt(100))
                .isEqualTo(7);
    }

    private static long clamped(long time, long duration) {
        return BigInteger.valueOf(time)
                .add(BigInteger.valueOf(duration))
                .max(BigInteger.valueOf(Long.MIN_VALUE))
                .min(BigInteger.valueOf(Long.MAX_VALUE))
                .longValueExact();
    }
}
