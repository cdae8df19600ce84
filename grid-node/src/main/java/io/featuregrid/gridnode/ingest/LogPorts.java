package io.featuregrid.gridnode.ingest;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.ObservationSink;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.execute.StampSource;

/**
 * What the log joins: where observations go, what they mean and when they came.
 *
 * @param online skips what is erased
 * @param sink skips what is erased
 */
public record LogPorts(
        CatalogStore catalog, OnlineStore online, ObservationSink sink, StampSource stamps, MetricRegistry metrics) {}
