package io.featuregrid.gridnode.ingest;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SlidingTimeWindowArrayReservoir;
import com.codahale.metrics.Timer;
import java.util.concurrent.TimeUnit;

/** What the log and its drain count. */
final class LogMetrics {
    private static final long WINDOW_SECONDS = 60;

    private final MetricRegistry registry;

    /** Writes that were refused because the log was full. */
    final Counter rejected;
    /** Observations that were acknowledged. */
    final Counter observations;
    /** Observations whose set was removed before they were drained. */
    final Counter dropped;
    /** Entries of a segment that were not in the log when they had to be drained: must stay 0. */
    final Counter missing;

    final Counter segments;
    final Counter rows;
    final Counter failures;
    final Timer upload;
    final Timer drain;

    LogMetrics(MetricRegistry registry) {
        this.registry = registry;
        this.rejected = registry.counter("log.rejected");
        this.observations = registry.counter("upload.observations");
        this.dropped = registry.counter("log.dropped");
        this.missing = registry.counter("log.missing");
        this.segments = registry.counter("drain.segments");
        this.rows = registry.counter("drain.rows");
        this.failures = registry.counter("drain.failures");
        this.upload = timer("upload");
        this.drain = timer("drain");
    }

    /** Shows a value, in place of one that an earlier log of this process showed. */
    void gauge(String name, Gauge<Long> value) {
        registry.remove(name);
        registry.register(name, value);
    }

    private Timer timer(String name) {
        return registry.timer(
                name, () -> new Timer(new SlidingTimeWindowArrayReservoir(WINDOW_SECONDS, TimeUnit.SECONDS)));
    }
}
