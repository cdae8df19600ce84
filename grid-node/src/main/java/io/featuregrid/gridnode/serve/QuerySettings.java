package io.featuregrid.gridnode.serve;

import java.util.function.BooleanSupplier;

/**
 * What online queries may cost.
 *
 * @param maxNames inputs, outputs and staleness overrides that one query may name, each; more is TOO_LARGE
 * @param maxValues rows times outputs of one bulk query; more is TOO_LARGE
 * @param planCacheNames names that all kept plans may have together
 * @param storeNeverWaits whether, at the moment, the online store answers from this node's memory only, so that small queries may be answered on the
 *     event loop, which a store that goes over the network would hold up
 */
public record QuerySettings(int maxNames, long maxValues, int planCacheNames, BooleanSupplier storeNeverWaits) {
    /** Ten thousand names a query, five million values, two hundred thousand names of plans, and a store that may wait. */
    public static final QuerySettings STANDARD = new QuerySettings(10_000, 5_000_000, 200_000, () -> false);

    public QuerySettings {
        if (maxNames < 1 || maxValues < 1 || planCacheNames < 0) {
            throw new IllegalArgumentException("maxNames is " + maxNames + ", maxValues " + maxValues
                    + ", planCacheNames " + planCacheNames + " (expected at least 1, 1 and 0)");
        }
    }
}
