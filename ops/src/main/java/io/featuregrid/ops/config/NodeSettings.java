package io.featuregrid.ops.config;

import io.featuregrid.flightserver.FlightSettings;
import io.featuregrid.gridnode.cluster.GridSettings;
import io.featuregrid.gridnode.ingest.LogSettings;
import io.featuregrid.gridnode.serve.HttpSettings;
import io.featuregrid.offline.HistorySettings;
import java.nio.file.Path;

/**
 * All that a node is told at its start.
 *
 * @param home the folder of the node's state, absolute
 */
public record NodeSettings(
        Path home,
        HttpSettings http,
        FlightSettings flight,
        HistorySettings history,
        GridSettings grid,
        LogSettings log,
        FunctionSettings functions) {
    public NodeSettings {
        home = home.toAbsolutePath().normalize();
    }
}
