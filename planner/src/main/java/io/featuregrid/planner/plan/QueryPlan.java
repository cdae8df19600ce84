package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.List;

/**
 * How an online query is answered: stages of reads, each after those whose links it follows; then calls of functions; and where each
 * output comes from. Immutable; checked by its constructor.
 *
 * @param catalogVersion the catalog that it holds for
 * @param inputs what is given, a column each, in the order of the request
 * @param calls take from the columns of {@code reading}
 * @param outputs in the order of the request
 * @param defaults whether MISSING shows as the feature's default
 */
public record QueryPlan(
        int catalogVersion,
        List<Input> inputs,
        Reading reading,
        CallPlan calls,
        List<Output> outputs,
        boolean defaults) {
    public QueryPlan {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        List<Lookup> lookups = reading.lookups();
        for (int index = 0; index < lookups.size(); index++) {
            for (Value key : lookups.get(index).keys()) {
                requireEarlier(key, index, inputs.size(), "look-up " + index);
            }
        }
        for (Value column : reading.columns()) {
            requireEarlier(column, lookups.size(), inputs.size(), "column");
        }
        boolean[] read = new boolean[lookups.size()];
        for (Stage stage : reading.stages()) {
            for (Read one : stage.reads()) {
                for (int lookup : one.lookups()) {
                    if (read[lookup]) {
                        throw new IllegalArgumentException("look-up " + lookup + " is read twice (expected once)");
                    }
                    read[lookup] = true;
                }
            }
        }
    }

    /**
     * What is read.
     *
     * @param lookups one row of a set for each row of the query; parents before children
     * @param stages reads of one stage need nothing of each other
     * @param columns the values that outputs and calls take, by their number
     */
    public record Reading(List<Lookup> lookups, List<Stage> stages, List<Value> columns) {
        public Reading {
            lookups = List.copyOf(lookups);
            stages = List.copyOf(stages);
            columns = List.copyOf(columns);
        }
    }

    public List<Lookup> lookups() {
        return reading.lookups();
    }

    public List<Stage> stages() {
        return reading.stages();
    }

    /** Whether a function is called that may wait for something. */
    public boolean waits() {
        return calls.waits();
    }

    /** Whether the output is a value that is read from the online store. */
    public boolean stored(Output output) {
        return output.value() instanceof CallPlan.Ref.Base base
                && reading.columns().get(base.column()) instanceof Value.Stored;
    }

    private static void requireEarlier(Value value, int lookups, int inputs, String subject) {
        boolean known = switch (value) {
            case Value.Given given -> given.input() < inputs;
            case Value.Key key -> key.lookup() < lookups;
            case Value.Stored stored -> stored.lookup() < lookups;
        };
        if (!known) {
            throw new IllegalArgumentException(
                    subject + " takes " + value + ", which comes later (expected parents first)");
        }
    }

    /**
     * A given value.
     *
     * @param key whether it is a key column of an entity: a row in which it is null names none
     */
    public record Input(String name, Feature feature, boolean key) {}

    /**
     * One entity of a set for each row of the query.
     *
     * @param path how the request names it: a set, or a set and relations
     * @param keys the values of its key in the order of the key; none for a global set
     * @param named whether it is an entity at all: of one that is not, every value asked for is given
     */
    public record Lookup(String path, FeatureSet set, List<Value> keys, boolean named) {
        public Lookup {
            keys = List.copyOf(keys);
        }
    }

    /** Where a value comes from. */
    public sealed interface Value {
        Feature feature();

        /** An input of the request. */
        record Given(int input, Feature feature) implements Value {}

        /**
         * The entity key itself.
         *
         * @param position which column of the key
         * @param row whether it is MISSING where the entity has no row: behind a has-one
         */
        record Key(int lookup, int position, boolean row, Feature feature) implements Value {}

        /**
         * The online store.
         *
         * @param position which of the features that the look-up reads
         */
        record Stored(int lookup, int position, Feature feature) implements Value {}
    }

    /** Reads that may run at once. */
    public record Stage(List<Read> reads) {
        public Stage {
            reads = List.copyOf(reads);
        }
    }

    /**
     * One read of the store: the distinct entities of one or more look-ups of a set.
     *
     * @param features may be empty: then only whether there is a row is asked
     * @param maxAgesMicros how old each of the features may be
     * @param versions of the resolvers that may have computed each of the features; an empty list for any
     */
    public record Read(
            FeatureSet set,
            List<Feature> features,
            MaxAges maxAgesMicros,
            List<List<Integer>> versions,
            List<Integer> lookups) {
        public Read {
            features = List.copyOf(features);
            versions = List.copyOf(versions);
            lookups = List.copyOf(lookups);
            if (maxAgesMicros.count() != features.size()) {
                throw new IllegalArgumentException(
                        maxAgesMicros.count() + " ages for " + features.size() + " features (expected one each)");
            }
        }
    }

    /** One value of the answer; {@code lookup} is the entity that it belongs to. */
    public record Output(String name, CallPlan.Ref value, int lookup) {}
}
