package io.featuregrid.flightserver;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.offline.History;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Guard;
import io.featuregrid.planner.execute.ObservationDrain;
import io.featuregrid.planner.execute.TrainingSetCalls;

/**
 * What the Flight port is joined to; all of it stays the caller's and must stay open until the port is closed.
 *
 * @param guard whom the port lets in, and how it encrypts
 * @param drain brings into history what was acknowledged, before it is read
 * @param calls computes the features of training sets that are not taken from history
 * @param metrics gets the meters {@code flight.bytes.in} and {@code flight.bytes.out}
 */
public record FlightPorts(
        Guard guard,
        CatalogStore catalogs,
        History history,
        ObservationDrain drain,
        TrainingSetCalls calls,
        MetricRegistry metrics) {}
