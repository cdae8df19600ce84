package io.featuregrid.gridnode.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void aValidHeaderIsGoneOnWith() {
        TraceContext context = context("00-" + TRACE + "-" + SPAN + "-00");

        assertThat(context.traceId()).isEqualTo(TRACE);
        assertThat(context.flags()).isEqualTo("00");
        assertThat(context.spanId()).matches("[0-9a-f]{16}").isNotEqualTo(SPAN);
        assertThat(context.traceparent()).isEqualTo("00-" + TRACE + "-" + context.spanId() + "-00");
    }

    @Test
    void aLaterVersionMayCarryMore() {
        assertThat(context("cc-" + TRACE + "-" + SPAN + "-01-what-comes").traceId())
                .isEqualTo(TRACE);
        assertThat(context("cc-" + TRACE + "-" + SPAN + "-01").traceId()).isEqualTo(TRACE);
    }

    @Test
    void anInvalidHeaderIsReplaced() {
        for (String header : new String[] {
            "",
            "ff-" + TRACE + "-" + SPAN + "-01",
            "00-" + TRACE + "-" + SPAN + "-01-more",
            "00-" + TRACE.toUpperCase(java.util.Locale.ROOT) + "-" + SPAN + "-01",
            "00-" + "0".repeat(32) + "-" + SPAN + "-01",
            "00-" + TRACE + "-" + "0".repeat(16) + "-01",
            "00-" + TRACE.substring(1) + "-" + SPAN + "-01",
            "cc-" + TRACE + "-" + SPAN + "-01.more",
        }) {
            assertThat(context(header).traceId())
                    .as(header)
                    .matches("[0-9a-f]{32}")
                    .isNotEqualTo(TRACE);
        }
    }

    @Test
    void idsDifferAndReplayWithTheSeed() {
        SplittableRandom random = new SplittableRandom(3);
        TraceContext first = TraceContext.of(null, random);
        TraceContext second = TraceContext.of(null, random);

        assertThat(first.traceId()).isNotEqualTo(second.traceId());
        assertThat(TraceContext.of(null, new SplittableRandom(3))).isEqualTo(first);
    }

    private static TraceContext context(String header) {
        return TraceContext.of(header, new SplittableRandom(1));
    }
}
