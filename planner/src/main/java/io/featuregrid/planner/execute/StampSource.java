package io.featuregrid.planner.execute;

/** Gives each accepted batch its inserted_at, and each of its rows a sequence. Safe for use by several threads. */
public interface StampSource {
    /** The inserted_at of the next batch, in microseconds: later than every one that this node gave before, and not before its clock. */
    long next();

    /** The sequence of the row at a position of a batch that this node accepted. */
    long sequence(long position);

    Clock clock();
}
