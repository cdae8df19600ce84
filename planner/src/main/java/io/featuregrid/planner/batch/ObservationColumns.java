package io.featuregrid.planner.batch;

/**
 * The columns that make a {@link FeatureBatch} a batch of observations.
 *
 * <p>Such a batch has the key columns of its set by name, in the order of the key and never null; then some of the set's other features by
 * name, in any order, where MISSING means that the row does not carry the feature and null that it carries a null; then the five columns
 * named here, which have a value in every row. A row whose {@link #TOMBSTONE} is true makes the features that it carries MISSING, their
 * values are ignored; one that carries none makes all features MISSING, those added later too. A row that carries nothing and is no
 * tombstone still makes its entity have a row.
 */
public final class ObservationColumns {
    /** TIMESTAMP: when the row was true. */
    public static final String OBSERVED_AT = "__observed_at";
    /** TIMESTAMP: when the store learnt it. */
    public static final String INSERTED_AT = "__inserted_at";
    /** INT64: node number over position. */
    public static final String SEQUENCE = "__sequence";
    /** INT32: the {@link Origin}'s code. */
    public static final String ORIGIN = "__origin";
    /** BOOL. */
    public static final String TOMBSTONE = "__tombstone";

    private ObservationColumns() {}
}
