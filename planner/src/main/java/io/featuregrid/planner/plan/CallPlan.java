package io.featuregrid.planner.plan;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which functions are called, and with what: the same for a query and for a training set. What is read lies in columns, numbered from 0;
 * calls take from them and from earlier calls. Immutable; checked by its constructor.
 *
 * @param calls each after those that it takes from
 */
public record CallPlan(List<Call> calls) {
    public static final CallPlan NONE = new CallPlan(List.of());

    public CallPlan {
        calls = List.copyOf(calls);
        Set<String> known = new HashSet<>();
        for (int index = 0; index < calls.size(); index++) {
            Call call = calls.get(index);
            if (!known.add(call.path() + " " + call.resolver().name())) {
                throw new IllegalArgumentException(
                        "call " + index + " repeats '" + call.resolver().name() + "' of " + call.path());
            }
            for (Argument argument : call.arguments()) {
                if (argument instanceof Argument.Of of && of.value() instanceof Ref.Result result) {
                    boolean earlier =
                            result.call() < index && calls.get(result.call()).level() < call.level();
                    if (!earlier) {
                        throw new IllegalArgumentException("call " + index + " of level " + call.level()
                                + " takes from call " + result.call() + " (expected an earlier one, of a lower level)");
                    }
                }
            }
        }
    }

    /** Whether any call may wait for something: all but formulas may. */
    public boolean waits() {
        return calls.stream().anyMatch(Call::waits);
    }

    /** The number of levels: calls of one level need nothing of each other. */
    public int levels() {
        return calls.stream().mapToInt(call -> call.level() + 1).max().orElse(0);
    }

    /** The calls of a level. */
    public List<Integer> level(int level) {
        List<Integer> found = new ArrayList<>();
        for (int index = 0; index < calls.size(); index++) {
            if (calls.get(index).level() == level) {
                found.add(index);
            }
        }
        return found;
    }

    /**
     * One function, for one entity of each row.
     *
     * @param path the entity: a set or role, and relations
     * @param guards columns without a value in a row in which there is no such entity: there the outputs are MISSING
     * @param arguments one for each input of the resolver
     * @param outputs one for each output of the resolver
     * @param level 0 if it takes only from columns
     * @param given whether what it gives depends on values that the caller gave, beside keys: then it is nobody else's
     */
    public record Call(
            Resolver resolver,
            String path,
            List<Integer> guards,
            List<Argument> arguments,
            List<Feature> outputs,
            int level,
            boolean given) {
        public Call {
            guards = List.copyOf(guards);
            arguments = List.copyOf(arguments);
            outputs = List.copyOf(outputs);
            if (arguments.size() != resolver.inputs().size()
                    || outputs.size() != resolver.outputs().size()) {
                throw new IllegalArgumentException("call of '" + resolver.name() + "' has " + arguments.size()
                        + " arguments and " + outputs.size() + " outputs (expected one for each of the resolver's)");
            }
        }

        /** Whether it may wait for something. */
        public boolean waits() {
            return !(resolver.body() instanceof ResolverBody.Formula);
        }

        /** The type of each argument. */
        public List<FeatureType> types() {
            return arguments.stream()
                    .map(argument -> switch (argument) {
                        case Argument.Of of -> of.value().feature().type();
                        case Argument.Now now -> FeatureType.TIMESTAMP;
                    })
                    .toList();
        }
    }

    /** What a parameter gets. */
    public sealed interface Argument {
        /**
         * A value; MISSING as its feature's default.
         *
         * @param none whether the function is called with None where there is no value
         * @param failed whether it is called with None also where the value could not be computed
         */
        record Of(Ref value, boolean none, boolean failed) implements Argument {}

        /** The instant of the row. */
        record Now() implements Argument {}
    }

    /** Where a value is. */
    public sealed interface Ref {
        Feature feature();

        /** A column that was read or given. */
        record Base(int column, Feature feature) implements Ref {}

        /**
         * What a call gives.
         *
         * @param stored a column whose value goes before where it is present, or {@link #NEVER}
         */
        record Result(int call, int output, int stored, Feature feature) implements Ref {
            public static final int NEVER = -1;
        }

        /** Nowhere: MISSING in every row. */
        record Missing(Feature feature) implements Ref {}
    }
}
