package io.featuregrid.gridnode.cluster;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a node of the grid needs to start.
 *
 * @param folder holds everything that the grid writes on this node; made if missing
 * @param memoryBytes how much memory rows may take on this node, outside the heap; what does not fit lies on disk
 * @param backups copies of each row on other nodes beside the one on its owner
 * @param activationWait how long a start waits for the nodes that the grid knows; without them rows could be old
 */
public record GridSettings(
        Path folder,
        GridAddresses addresses,
        long memoryBytes,
        int backups,
        WriteAheadLog writeAheadLog,
        Duration activationWait) {
    /** When a write counts as kept by a node. */
    public enum WriteAheadLog {
        /** When the operating system has it: survives the end of the process, not the loss of power. */
        LOG_ONLY,
        /** When the disk has it. */
        FSYNC
    }

    /** The least memory that a node can work with. */
    public static final long MIN_MEMORY_BYTES = 32L << 20;

    public GridSettings {
        folder = folder.toAbsolutePath().normalize();
        if (memoryBytes < MIN_MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "memory of the grid is " + memoryBytes + " bytes (expected at least " + MIN_MEMORY_BYTES + ")");
        }
        if (backups < 0) {
            throw new IllegalArgumentException("backups is " + backups + " (expected 0 or more)");
        }
    }
}
