package io.featuregrid.gridnode.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Settings of small nodes on free ports, for tests. */
final class Grids {
    static final long MEMORY_BYTES = 64L << 20;

    private Grids() {}

    static GridSettings settings(Path folder, String... peers) {
        return settings(folder, GridAddresses.loopback(List.of(peers)));
    }

    static GridSettings settings(Path folder, GridAddresses addresses) {
        return new GridSettings(
                folder, addresses, MEMORY_BYTES, 1, GridSettings.WriteAheadLog.LOG_ONLY, Duration.ofSeconds(60));
    }
}
