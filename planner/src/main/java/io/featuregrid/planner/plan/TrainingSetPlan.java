package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.time.AsOf;
import java.util.List;

/**
 * How a training set is made: what is taken from the histories of sets, which functions are called over it, and where each output comes
 * from. Immutable; checked by its constructor.
 *
 * @param time the spine column of each row's T
 * @param calls take from the columns of {@code taken}
 * @param outputs the feature columns in the order of the request, then those that are only required
 * @param defaults whether MISSING shows as the feature's default
 */
public record TrainingSetPlan(
        int catalogVersion,
        String time,
        Taken taken,
        CallPlan calls,
        List<Output> outputs,
        AsOf asOf,
        boolean defaults) {
    public TrainingSetPlan {
        outputs = List.copyOf(outputs);
    }

    /**
     * What is taken from the spine and from observations.
     *
     * @param lookups parents before children
     * @param columns the values that outputs and calls take, by their number
     */
    public record Taken(List<Lookup> lookups, List<Source> columns) {
        public Taken {
            lookups = List.copyOf(lookups);
            columns = List.copyOf(columns);
            for (int index = 0; index < lookups.size(); index++) {
                if (lookups.get(index).keys() instanceof Keys.Links links && links.parent() >= index) {
                    throw new IllegalArgumentException(
                            "look-up " + index + " comes before its parent " + links.parent());
                }
            }
        }
    }

    public List<Lookup> lookups() {
        return taken.lookups();
    }

    /** The outputs that are part of the answer. */
    public List<Output> shown() {
        return outputs.stream().filter(Output::shown).toList();
    }

    /**
     * One row of a set for each spine row.
     *
     * @param path how the request names it: a role, or a role and relations
     * @param stored features to take from observations
     * @param existence whether it must be known if the entity has a row
     */
    public record Lookup(String path, FeatureSet set, Keys keys, List<Feature> stored, boolean existence) {
        public Lookup {
            stored = List.copyOf(stored);
        }
    }

    /** Where a look-up's entity key comes from. */
    public sealed interface Keys {
        /** Spine columns, in the order of the key; none for a global set. */
        record Spine(List<String> columns) implements Keys {}

        /** Values of an earlier look-up, in the order of the key. */
        record Links(int parent, List<Source> links) implements Keys {}

        /** Nothing: every value that is asked of the look-up is given. */
        record None() implements Keys {}
    }

    /** Where a value comes from. */
    public sealed interface Source {
        Feature feature();

        /** Observations, by the as-of rule. */
        record Stored(int lookup, Feature feature) implements Source {}

        /** The entity key itself: column {@code position} of it. MISSING where a has-one finds no row. */
        record Key(int lookup, int position, Feature feature) implements Source {}

        /** A spine column. */
        record Given(String column, Feature feature) implements Source {}
    }

    /**
     * One column of the answer.
     *
     * @param name the output column's name, which is the path that was asked for
     * @param shown whether it is part of the answer
     * @param required whether its MISSING drops the row
     */
    public record Output(String name, CallPlan.Ref value, boolean shown, boolean required) {}
}
