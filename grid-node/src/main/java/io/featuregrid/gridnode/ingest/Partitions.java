package io.featuregrid.gridnode.ingest;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.List;

/**
 * Who in the grid is in charge of what, as of now: it may be another node a moment later. A node is known by its run, so that one that comes
 * back is another. Safe for use by several threads.
 */
public interface Partitions {
    /** This node. */
    String self();

    /** How many partitions there are. */
    int count();

    /**
     * The partition of an entity.
     *
     * @param keys the key columns of the set in the order of the key; none for a global set
     */
    int partition(FeatureSet set, List<Column> keys, int row);

    /** The node that is in charge of a partition: the primary. */
    String owner(int partition);

    /** A number that is another one whenever the owner of some partition may be another than before. */
    long version();

    /** The node that brings a set's observations into history. */
    String committer(FeatureSet set);

    /** Whether a node is still in the grid. */
    boolean alive(String node);
}
