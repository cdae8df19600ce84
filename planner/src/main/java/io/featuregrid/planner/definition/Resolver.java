package io.featuregrid.planner.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function that gives features of one entity from features that the entity leads to. Pure: it has no source, so that the same inputs
 * give the same outputs, now and then.
 *
 * @param name all different in a catalog; that of a formula which stands in a feature's place is the feature's: {@code flight.speed}
 * @param version a number of the catalog that no other resolver has, nor had, nor this one with other code; 0 in a proposal
 */
public record Resolver(
        String name,
        int version,
        Signature signature,
        ResolverBody body,
        Conditions conditions,
        Documentation documentation) {
    /**
     * What it takes and gives.
     *
     * @param set whose entity it is about: every path of its inputs begins with it or with a global set
     * @param inputs in the order of the function's parameters
     * @param outputs names of features of the set, at least one, in the order of the results
     */
    public record Signature(String set, List<ResolverInput> inputs, List<String> outputs) {
        public Signature {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * When and how long it may run.
     *
     * @param tags a query must have one of them; none: it may always run
     * @param timeoutMicros for one call with all its rows; null for the node's setting
     * @param storeOffline whether what it computes online is logged for history
     */
    public record Conditions(List<String> tags, @Nullable Long timeoutMicros, boolean storeOffline) {
        public static final Conditions NONE = new Conditions(List.of(), null, true);

        public Conditions {
            tags = List.copyOf(tags);
        }
    }

    public String set() {
        return signature.set();
    }

    public List<ResolverInput> inputs() {
        return signature.inputs();
    }

    public List<String> outputs() {
        return signature.outputs();
    }

    /** Whether it stands in a feature's place: an expression, in which null propagates. */
    public boolean isExpression() {
        return name.indexOf('.') >= 0;
    }

    /** The same resolver under a version of its own. */
    public Resolver versioned(int version) {
        return new Resolver(name, version, signature, body, conditions, documentation);
    }
}
