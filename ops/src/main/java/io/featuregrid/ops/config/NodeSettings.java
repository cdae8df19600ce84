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
        Doors doors,
        HistorySettings history,
        GridSettings grid,
        LogSettings log,
        FunctionSettings functions) {
    /** By what others reach a node, beside the grid's own ports, and how all of it is guarded. */
    public record Doors(HttpSettings http, FlightSettings flight, AccessSettings access) {}

    public NodeSettings {
        home = home.toAbsolutePath().normalize();
    }

    public HttpSettings http() {
        return doors.http();
    }

    public FlightSettings flight() {
        return doors.flight();
    }

    public AccessSettings access() {
        return doors.access();
    }
}
