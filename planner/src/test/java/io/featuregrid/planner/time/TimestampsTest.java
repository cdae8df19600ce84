package io.featuregrid.planner.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

class TimestampsTest {
    /** 2013-01-01T10:00:00Z. */
    private static final long TEN = 1_357_034_400_000_000L;

    @Test
    void withoutAZoneItIsUtcWhateverTheMachinesZone() {
        assertThat(TimeZone.getDefault().getRawOffset())
                .as("the zone that tests run in")
                .isNotZero();
        for (String text :
                List.of("2013-01-01T10:00:00", "2013-01-01 10:00:00", "2013-01-01T10:00", " 2013-01-01T10:00 ")) {
            assertThat(Timestamps.parse(text)).as(text).hasValue(TEN);
        }
    }

    @Test
    void offsetsAreReadInEveryForm() {
        List<String> texts = List.of(
                "2013-01-01T10:00:00Z",
                "2013-01-01T10:00:00z",
                "2013-01-01t10:00:00Z",
                "2013-01-01 10:00:00+00:00",
                "2013-01-01T10:00Z",
                "2013-01-01T12:00:00+02:00",
                "2013-01-01T12:00:00+02",
                "2013-01-01T15:30:00+0530",
                "2013-01-01T05:00:00-05:00",
                "2013-01-01T05:00:00.000-05:00");
        for (String text : texts) {
            assertThat(Timestamps.parse(text)).as(text).hasValue(TEN);
        }
    }

    @Test
    void aDateIsItsFirstInstantInUtc() {
        assertThat(Timestamps.parse("2013-01-01")).hasValue(TEN - 36_000_000_000L);
        assertThat(Timestamps.parse("1969-12-31")).hasValue(-86_400_000_000L);
    }

    @Test
    void fractionsAreReadToTheMicrosecondAndWhatIsBelowIsTold() {
        assertThat(Timestamps.parse("2013-01-01T10:00:00.000001Z")).hasValue(TEN + 1);
        assertThat(Timestamps.parse("2013-01-01T10:00:00.1Z")).hasValue(TEN + 100_000);
        assertThat(Timestamps.parse("2013-01-01T10:00:00.000001000Z")).hasValue(TEN + 1);
        assertThat(Timestamps.parse("2013-01-01T10:00:00.000001001Z")).isEmpty();
        assertThat(Timestamps.read("2013-01-01T10:00:00.000001999Z")).isEqualTo(new Timestamps.Reading(TEN + 1, 999));
        assertThat(Timestamps.read("1969-12-31T23:59:59.999999999Z")).isEqualTo(new Timestamps.Reading(-1, 999));
    }

    @Test
    void anythingElseIsRefused() {
        List<String> texts = List.of(
                "",
                "now",
                "2013-13-01",
                "2013-02-30",
                "2013-1-1",
                "20130101",
                "2013-01-01T",
                "2013-01-01T25:00:00Z",
                "2013-01-01T10:00:00ZZ",
                "2013-01-01T10:00:00+02:00Z",
                "2013-01-01T10:00:00+02:00+02",
                "2013-01-01T10:00:00 UTC",
                "2013-01-01  10:00:00",
                "1357034400",
                "+300000-01-01T00:00:00Z",
                "-300000-01-01T00:00:00Z");
        for (String text : texts) {
            assertThat(Timestamps.parse(text)).as(text).isEmpty();
            assertThatThrownBy(() -> Timestamps.read(text)).as(text).isInstanceOf(DateTimeException.class);
        }
    }

    @Test
    void whatIsFormattedIsReadBack() {
        Map.of(TEN, "2013-01-01T10:00:00Z", TEN + 1, "2013-01-01T10:00:00.000001Z", -1L, "1969-12-31T23:59:59.999999Z")
                .forEach((micros, text) -> assertThat(Timestamps.format(micros)).isEqualTo(text));
        Random random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            long micros = random.nextLong() >> random.nextInt(60);
            assertThat(Timestamps.parse(Timestamps.format(micros))).hasValue(micros);
        }
        for (long edge : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThat(Timestamps.parse(Timestamps.format(edge))).hasValue(edge);
        }
    }
}
