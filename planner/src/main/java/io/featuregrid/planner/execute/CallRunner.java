package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.execute.CallResults.Called;
import io.featuregrid.planner.plan.CallPlan;
import io.featuregrid.planner.plan.CallPlan.Argument;
import io.featuregrid.planner.plan.CallPlan.Call;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.Timing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of a plan over columns: only those that somebody needs, only for the rows that need them, level by level; those of a level
 * that may wait run at once. The same for queries and training sets. Safe for use by several threads.
 */
public final class CallRunner {
    private static final long NANOS_A_MICRO = 1_000;

    /** Of a deadline this part is left for the answer itself. */
    private static final double KEPT = 0.1;

    private final FunctionRunners functions;

    public CallRunner(FunctionRunners functions) {
        this.functions = functions;
    }

    /**
     * For what and when calls are made.
     *
     * @param times of each row, in microseconds
     * @param timed which rows have a time; in the others nothing is called
     * @param timings gets an entry a call; null if nobody wants to know
     */
    // Handed down, never kept.
    @SuppressWarnings("ArrayRecordComponent")
    record Occasion(
            int catalogVersion,
            String traceId,
            long[] times,
            boolean[] timed,
            Deadline deadline,
            @Nullable List<Timing> timings) {}

    /** Makes the calls that the wanted values need. */
    void run(CallResults results, Collection<Ref> wanted, Occasion occasion) {
        CallPlan plan = results.plan();
        if (plan.calls().isEmpty()) {
            return;
        }
        boolean[] @Nullable [] needs = needs(results, wanted);
        int levels = plan.levels();
        for (int level = 0; level < levels; level++) {
            Deadline share = share(occasion.deadline(), levels - level);
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            List<Integer> calls = plan.level(level);
            Called[] found = new Called[calls.size()];
            for (int place = 0; place < calls.size(); place++) {
                int at = place;
                int index = calls.get(place);
                boolean[] needed = needs[index];
                if (needed == null) {
                    continue;
                }
                Call call = plan.calls().get(index);
                Runnable work = prepare(call, results, needed, occasion, share, called -> found[at] = called);
                if (call.waits()) {
                    waiting.add(CompletableFuture.runAsync(work, functions.executor()));
                } else {
                    work.run();
                }
            }
            waiting.forEach(CompletableFuture::join);
            for (int place = 0; place < found.length; place++) {
                if (found[place] != null) {
                    results.put(calls.get(place), found[place]);
                }
            }
        }
    }

    private interface Receiver {
        void receive(Called called);
    }

    /** Gathers the arguments here, since results are not to be read by several threads; what is returned may run anywhere. */
    private Runnable prepare(
            Call call, CallResults results, boolean[] needed, Occasion occasion, Deadline share, Receiver receiver) {
        CallArguments arguments = new CallArguments(call, results, needed, occasion.timed());
        if (arguments.count() == 0) {
            receiver.receive(scatter(call, arguments, null));
            return () -> {};
        }
        FunctionCall made = new FunctionCall(
                call.resolver(),
                call.types(),
                call.outputs(),
                arguments.batch(occasion.times()),
                occasion.catalogVersion(),
                occasion.traceId());
        return () -> {
            long start = System.nanoTime();
            Deadline limit = limit(call.resolver(), share);
            FunctionResult result = functions.of(call.resolver()).run(made, limit);
            receiver.receive(scatter(call, arguments, result));
            List<Timing> timings = occasion.timings();
            if (timings != null) {
                synchronized (timings) {
                    timings.add(new Timing(
                            call.path() + ": " + call.resolver().name(),
                            System.nanoTime() - start,
                            arguments.count(),
                            ""));
                }
            }
        };
    }

    /** The rows of each call in which it is needed, those of the last calls first: a call needs what it takes from. */
    private static boolean[] @Nullable [] needs(CallResults results, Collection<Ref> wanted) {
        CallPlan plan = results.plan();
        boolean[] @Nullable [] needs = new boolean[plan.calls().size()] @Nullable [];
        boolean[] everywhere = new boolean[results.rows()];
        java.util.Arrays.fill(everywhere, true);
        for (Ref ref : wanted) {
            need(results, needs, ref, everywhere);
        }
        for (int index = plan.calls().size() - 1; index >= 0; index--) {
            boolean[] rows = needs[index];
            if (rows != null) {
                for (Argument argument : plan.calls().get(index).arguments()) {
                    if (argument instanceof Argument.Of of) {
                        need(results, needs, of.value(), rows);
                    }
                }
            }
        }
        return needs;
    }

    private static void need(CallResults results, boolean[] @Nullable [] needs, Ref ref, boolean[] rows) {
        if (!(ref instanceof Ref.Result result)) {
            return;
        }
        boolean[] target = needs[result.call()];
        for (int row = 0; row < rows.length; row++) {
            if (rows[row] && !results.stored(result, row)) {
                if (target == null) {
                    target = new boolean[rows.length];
                    needs[result.call()] = target;
                }
                target[row] = true;
            }
        }
    }

    private static Deadline share(Deadline deadline, int levelsLeft) {
        long remaining = deadline.remainingNanos();
        return remaining == Long.MAX_VALUE
                ? deadline
                : deadline.within(System::nanoTime, (long) (remaining * (1 - KEPT) / levelsLeft));
    }

    private Deadline limit(Resolver resolver, Deadline share) {
        Long declared = resolver.conditions().timeoutMicros();
        long micros = declared == null ? functions.timeoutMicros() : declared;
        return share.within(
                System::nanoTime, Math.multiplyExact(Math.min(micros, Long.MAX_VALUE / 2_000), NANOS_A_MICRO));
    }

    private static Called scatter(Call call, CallArguments arguments, @Nullable FunctionResult result) {
        int rows = arguments.runs().length;
        int outputs = call.outputs().size();
        @Nullable CellFailure[] @Nullable [] failures = new CellFailure[outputs] @Nullable [];
        if (arguments.upstream() != null) {
            for (int output = 0; output < outputs; output++) {
                failures[output] = arguments.upstream().clone();
            }
        }
        int[] chosen = arguments.chosen();
        if (result != null) {
            for (FunctionFailure failure : result.failures()) {
                CellFailure cell = new CellFailure(
                        failure.code(), failure.message(), call.resolver().name(), failure.exception());
                for (int output = 0; output < outputs; output++) {
                    if (failure.output() == FunctionFailure.ALL || failure.output() == output) {
                        fail(failures, output, chosen[failure.row()], rows, cell);
                    }
                }
            }
        }
        List<Column> columns = new ArrayList<>();
        for (int output = 0; output < outputs; output++) {
            Feature feature = call.outputs().get(output);
            ColumnBuilder builder = new ColumnBuilder(feature.type().columnType(), rows);
            if (result != null) {
                Column values = result.outputs().get(output);
                for (int index = 0; index < chosen.length; index++) {
                    int row = chosen[index];
                    @Nullable CellFailure[] known = failures[output];
                    if (known != null && known[row] != null) {
                        continue;
                    }
                    String refusal = refusal(feature, values, index);
                    if (refusal == null) {
                        builder.copy(row, values, index);
                    } else {
                        fail(
                                failures,
                                output,
                                row,
                                rows,
                                new CellFailure(
                                        ErrorCode.VALIDATION_FAILED,
                                        "'" + call.resolver().name() + "' gave " + refusal,
                                        call.resolver().name(),
                                        null));
                    }
                }
            }
            columns.add(builder.build());
        }
        return new Called(arguments.runs(), columns, java.util.Arrays.asList(failures));
    }

    private static void fail(
            @Nullable CellFailure[] @Nullable [] failures, int output, int row, int rows, CellFailure failure) {
        @Nullable CellFailure[] known = failures[output];
        if (known == null) {
            known = new @Nullable CellFailure[rows];
            failures[output] = known;
        }
        known[row] = failure;
    }

    /** What is wrong with a computed value; null if nothing is. */
    private static @Nullable String refusal(Feature feature, Column values, int row) {
        if (!values.hasValue(row)) {
            return feature.values().nullable()
                    ? null
                    : "None for '" + feature.name() + "' (expected a value: the feature is declared without None)";
        }
        return feature.values().inBounds(values, row)
                ? null
                : TypedValues.describe(feature.type(), values, row) + " for '" + feature.name() + "' (expected "
                        + feature.values().bounds() + ")";
    }
}
