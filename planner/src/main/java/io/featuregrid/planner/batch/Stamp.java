package io.featuregrid.planner.batch;

/**
 * When an observation was true, and when and in which order the store learnt it: a total order, the same online and offline.
 *
 * @param observedAt microseconds
 * @param insertedAt microseconds; with the sequence it is the observation's id
 * @param sequence node number over position
 */
public record Stamp(long observedAt, long insertedAt, long sequence) implements Comparable<Stamp> {
    @Override
    public int compareTo(Stamp other) {
        return compare(observedAt, insertedAt, sequence, other.observedAt, other.insertedAt, other.sequence);
    }

    /** The order of two stamps that are given in parts. */
    public static int compare(
            long observedAt,
            long insertedAt,
            long sequence,
            long otherObservedAt,
            long otherInsertedAt,
            long otherSequence) {
        int order = Long.compare(observedAt, otherObservedAt);
        if (order == 0) {
            order = Long.compare(insertedAt, otherInsertedAt);
        }
        return order == 0 ? Long.compare(sequence, otherSequence) : order;
    }
}
