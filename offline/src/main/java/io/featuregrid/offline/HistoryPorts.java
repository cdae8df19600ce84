package io.featuregrid.offline;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.execute.StampSource;

/**
 * What history is joined to.
 *
 * @param online gets what is ingested, once it is committed
 * @param metrics gets what history measures
 */
public record HistoryPorts(StampSource stamps, OnlineStore online, Erasures erasures, MetricRegistry metrics) {}
