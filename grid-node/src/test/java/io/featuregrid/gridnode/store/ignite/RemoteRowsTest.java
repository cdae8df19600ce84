package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.OnlineStoreContract;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same rules where half of the rows live on another node, which runs no store of its own and only has the classes. */
class RemoteRowsTest extends OnlineStoreContract {
    private static TestGrid grid;

    @BeforeAll
    static void startGrid() {
        grid = TestGrid.inMemory(2);
    }

    @AfterAll
    static void stopGrid() {
        grid.close();
    }

    @Override
    protected OnlineStore open(Erasures observationsToSkip) {
        // Backups would let this node read copies of its own.
        IgniteStoreSettings settings = new IgniteStoreSettings(0, 32, null, 128, 7);
        return new IgniteOnlineStore(grid.node(0), settings, observationsToSkip);
    }

    @Override
    protected int worlds() {
        return 6;
    }
}
