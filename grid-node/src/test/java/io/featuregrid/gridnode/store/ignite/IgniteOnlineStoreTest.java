package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.OnlineStoreContract;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class IgniteOnlineStoreTest extends OnlineStoreContract {
    private static TestGrid grid;

    @BeforeAll
    static void startGrid() {
        grid = TestGrid.inMemory(1);
    }

    @AfterAll
    static void stopGrid() {
        grid.close();
    }

    @Override
    protected OnlineStore open(Erasures observationsToSkip) {
        return new IgniteOnlineStore(grid.node(0), IgniteStoreSettings.DEFAULTS, observationsToSkip);
    }
}
