package io.featuregrid.gridnode.serve;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SlidingTimeWindowArrayReservoir;
import com.codahale.metrics.Timer;
import io.featuregrid.planner.execute.QueryResult;
import java.util.concurrent.TimeUnit;

/** What is counted of online queries. Safe for use by several threads. */
final class QueryMetrics {
    private static final long WINDOW_SECONDS = 60;
    private static final long MICROS_A_SECOND = 1_000_000;

    private final Timer online;
    private final Timer bulk;
    private final Counter errors;
    private final Counter planHits;
    private final Counter planMisses;
    private final Counter hits;
    private final Counter misses;
    private final Histogram staleness;

    QueryMetrics(MetricRegistry registry) {
        this.online = registry.timer("query.online", () -> new Timer(window()));
        this.bulk = registry.timer("query.bulk", () -> new Timer(window()));
        this.errors = registry.counter("query.errors");
        this.planHits = registry.counter("query.plan.cache.hits");
        this.planMisses = registry.counter("query.plan.cache.misses");
        this.hits = registry.counter("online.hits");
        this.misses = registry.counter("online.misses");
        this.staleness = registry.histogram("online.staleness.served.seconds", () -> new Histogram(window()));
    }

    private static SlidingTimeWindowArrayReservoir window() {
        return new SlidingTimeWindowArrayReservoir(WINDOW_SECONDS, TimeUnit.SECONDS);
    }

    void planned(boolean missed) {
        (missed ? planMisses : planHits).inc();
    }

    /** A query was answered; of the staleness of its values the greatest is noted, once a query. */
    void answered(boolean many, long nanos, QueryResult result) {
        (many ? bulk : online).update(nanos, TimeUnit.NANOSECONDS);
        QueryResult.Counts counts = result.counts();
        hits.inc(counts.hits());
        misses.inc(counts.misses());
        if (counts.oldestMicros() >= 0) {
            staleness.update(counts.oldestMicros() / MICROS_A_SECOND);
        }
    }

    void refused() {
        errors.inc();
    }
}
