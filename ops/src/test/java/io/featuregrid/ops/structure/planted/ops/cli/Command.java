package io.featuregrid.ops.structure.planted.ops.cli;

import io.featuregrid.ops.structure.planted.ops.config.Settings;
import io.featuregrid.ops.structure.planted.ops.node.Node;
import io.featuregrid.ops.structure.planted.stray.Homeless;
import org.apache.arrow.flight.FlightProducer;
import org.apache.ignite.Ignite;

/** Planted: a command goes past the node, to another package of ops, out of the house, and to the libraries of Flight and the grid. */
public interface Command {
    Node node();

    Settings settings();

    Homeless homeless();

    FlightProducer producer();

    Ignite grid();
}
