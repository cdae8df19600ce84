package io.featuregrid.planner.definition;

/** What a parameter of a resolver is bound to. */
public sealed interface ResolverInput {
    /**
     * A feature.
     *
     * @param path {@code set.feature} or {@code set.relation.feature}
     * @param optional whether null and MISSING are passed on though the feature itself is never null; of a nullable feature they always
     *     are
     */
    record Path(String path, boolean optional) implements ResolverInput {}

    /** The instant that the query is for, or the T of a training set's row: a timestamp. */
    record Now() implements ResolverInput {}
}
