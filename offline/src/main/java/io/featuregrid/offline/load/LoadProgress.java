package io.featuregrid.offline.load;

/** Is told how far a load is. Called by the load's threads, one at a time; what it throws ends the load. */
@FunctionalInterface
public interface LoadProgress {
    /**
     * The load got on.
     *
     * @param rows entities with a row that were merged so far, also before an earlier interruption
     * @param buckets how many buckets are done
     * @param of how many there are
     */
    void at(long rows, int buckets, int of);
}
