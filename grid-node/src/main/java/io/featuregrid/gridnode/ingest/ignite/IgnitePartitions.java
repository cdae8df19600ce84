package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.Partitions;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.definition.FeatureSet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.apache.ignite.Ignite;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.affinity.AffinityTopologyVersion;
import org.jspecify.annotations.Nullable;

/** Who owns what in an Ignite grid. */
final class IgnitePartitions implements Partitions {
    /** In charge while no node of the baseline is there: it is never alive. */
    private static final String NOBODY = new UUID(0, 0).toString();

    private final Ignite ignite;
    private final Affinity<Object> log;
    private final Affinity<Object> segments;
    private final RendezvousAffinityFunction function;
    private final int count;
    private final String self;

    IgnitePartitions(Ignite ignite, int count) {
        this.ignite = ignite;
        this.log = ignite.affinity(LogCaches.LOG);
        this.segments = ignite.affinity(LogCaches.SEGMENTS);
        this.function = new RendezvousAffinityFunction(false, count);
        this.count = count;
        this.self = ignite.cluster().localNode().id().toString();
    }

    @Override
    public String self() {
        return self;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int partition(FeatureSet set, List<Column> keys, int row) {
        return function.partition(key(set, keys, row));
    }

    /** The key of the set's cache. */
    private Object key(FeatureSet set, List<Column> keys, int row) {
        if (keys.isEmpty()) {
            return 0L;
        }
        if (keys.size() == 1) {
            return value(keys.getFirst(), row);
        }
        BinaryObjectBuilder builder = ignite.binary().builder(set.name() + ".key");
        for (int index = 0; index < keys.size(); index++) {
            builder.setField(set.key().get(index), value(keys.get(index), row));
        }
        return builder.build();
    }

    private static Object value(Column column, int row) {
        return column.type() == ColumnType.INT64
                ? (Object) column.longAt(row)
                : new String(column.bytesAt(row), StandardCharsets.UTF_8);
    }

    @Override
    public String owner(int partition) {
        return name(log.mapPartitionToNode(partition));
    }

    private static String name(@Nullable ClusterNode node) {
        return node == null ? NOBODY : node.id().toString();
    }

    @Override
    public long version() {
        // Ignite's public version does not tell that partitions moved when a node had caught up.
        AffinityTopologyVersion version =
                ((IgniteEx) ignite).context().cache().context().exchange().readyAffinityVersion();
        return version.topologyVersion() << Integer.SIZE | version.minorTopologyVersion();
    }

    @Override
    public String committer(FeatureSet set) {
        return name(segments.mapKeyToNode(set.table()));
    }

    @Override
    public boolean alive(String node) {
        return ignite.cluster().node(UUID.fromString(node)) != null;
    }
}
