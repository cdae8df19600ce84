package io.featuregrid.ops.structure.planted.flightserver.stream;

import io.featuregrid.ops.structure.planted.gridnode.store.Store;
import org.apache.arrow.flight.FlightProducer;

/** Planted: Flight knows the grid node. Flight's own library is allowed here. */
public interface Stream {
    Store online();

    FlightProducer producer();
}
