package io.featuregrid.ops.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Metrics are told in the text form of Prometheus, also those that are registered later. */
class MetricsTest {
    private final MetricRegistry registry = new MetricRegistry();
    private final Metrics metrics = new Metrics(registry);

    @Test
    void countersGaugesAndTimersHaveOneNameEach() {
        registry.counter("log.rejected").inc(3);
        registry.register("log.entries", (Gauge<Integer>) () -> 7);
        registry.timer("drain").update(2, TimeUnit.SECONDS);

        assertThat(metrics.text().lines())
                .contains(
                        "featuregrid_log_rejected_total 3.0",
                        "featuregrid_log_entries 7.0",
                        "featuregrid_drain_count 1")
                .anyMatch(line -> line.startsWith("featuregrid_drain{quantile=\"0.5\"} 2.0"));
    }
}
