package io.featuregrid.ops.backup;

import io.featuregrid.gridnode.cluster.Grid;
import io.featuregrid.gridnode.store.ignite.IgniteOnlineStore;
import io.featuregrid.offline.History;
import io.featuregrid.planner.execute.Artifacts;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.ObservationDrain;
import io.featuregrid.planner.execute.StampSource;
import io.featuregrid.planner.execute.WriteGate;
import java.nio.file.Path;

/**
 * What a backup reads.
 *
 * @param home the node's folder
 * @param writes what single writes, erasures and changes of the catalog pass through
 */
public record BackupPorts(Path home, Stores stores, ObservationDrain log, StampSource stamps, WriteGate writes) {
    /** Where everything is kept. */
    public record Stores(
            Grid grid,
            CatalogStore catalogs,
            Erasures erasures,
            IgniteOnlineStore online,
            History history,
            Artifacts artifacts) {}
}
