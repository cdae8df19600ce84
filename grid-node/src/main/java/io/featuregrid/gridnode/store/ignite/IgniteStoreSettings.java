package io.featuregrid.gridnode.store.ignite;

import org.jspecify.annotations.Nullable;

/**
 * How an {@link IgniteOnlineStore} keeps its rows. All nodes of a grid have the same.
 *
 * @param backups copies of a row beside the first
 * @param partitions parts that the keys of every set are spread over; fixed once a set exists
 * @param dataRegion the memory region that holds the rows, persistent or not; null for the node's default one
 * @param rowShapes how many different sets of present fields the rows of one definition may have before absent fields are written as nulls:
 *     the grid agrees on each shape, and remembers it for ever
 * @param chunkRows how many rows one message to the grid holds at most
 */
public record IgniteStoreSettings(
        int backups, int partitions, @Nullable String dataRegion, int rowShapes, int chunkRows) {
    public static final IgniteStoreSettings DEFAULTS = new IgniteStoreSettings(1, 128, null, 128, 512);

    public IgniteStoreSettings {
        atLeast("backups", backups, 0);
        atLeast("partitions", partitions, 1);
        atLeast("row shapes", rowShapes, 1);
        atLeast("rows of a chunk", chunkRows, 1);
    }

    private static void atLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(what + " is " + value + " (expected at least " + least + ")");
        }
    }
}
