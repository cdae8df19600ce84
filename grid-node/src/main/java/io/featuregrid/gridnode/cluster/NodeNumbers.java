package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.Map;
import java.util.TreeMap;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;

/** The numbers of nodes, 1 to 32767, by which the stamps of two nodes differ. None is given twice. */
final class NodeNumbers {
    static final String CACHE = "__nodes";

    private static final int MAX = 32_767;

    private NodeNumbers() {}

    /**
     * The number of a node: the one that it has, or the lowest that no node ever had.
     *
     * @throws FeatureGridException CONFLICT if the number that the node remembers is another's, RESOURCE_EXHAUSTED if none is left
     */
    static int claim(Ignite ignite, NodeIdentity identity) {
        IgniteCache<Integer, String> holders = holders(ignite);
        if (identity.number() > 0) {
            if (claim(holders, identity.number(), identity.id())) {
                return identity.number();
            }
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "the folder remembers node number " + identity.number() + ", which this grid gave to another node"
                            + " (expected the folder of a node of this grid: name that, or an empty one)");
        }
        for (int number = 1; number <= MAX; number++) {
            if (claim(holders, number, identity.id())) {
                return number;
            }
        }
        throw new FeatureGridException(
                ErrorCode.RESOURCE_EXHAUSTED, "all " + MAX + " node numbers were given (expected fewer nodes)");
    }

    static Map<Integer, String> given(Ignite ignite) {
        Map<Integer, String> given = new TreeMap<>();
        try (QueryCursor<Cache.Entry<Integer, String>> entries =
                holders(ignite).query(new ScanQuery<Integer, String>())) {
            entries.forEach(entry -> given.put(entry.getKey(), entry.getValue()));
        }
        return given;
    }

    static void keep(Ignite ignite, Map<Integer, String> given) {
        IgniteCache<Integer, String> holders = holders(ignite);
        given.forEach(holders::putIfAbsent);
    }

    private static IgniteCache<Integer, String> holders(Ignite ignite) {
        return ignite.getOrCreateCache(GridConfiguration.<Integer, String>systemCache(CACHE));
    }

    private static boolean claim(IgniteCache<Integer, String> holders, int number, String id) {
        String holder = holders.get(number);
        return holder == null ? holders.putIfAbsent(number, id) || claim(holders, number, id) : holder.equals(id);
    }
}
