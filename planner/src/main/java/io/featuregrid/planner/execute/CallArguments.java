package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.plan.CallPlan.Argument;
import io.featuregrid.planner.plan.CallPlan.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a call is run for, and its arguments in them: a MISSING or failed argument first takes its feature's default; where it then
 * still has no value it is None if the function takes None, else the row is not run. A row that is not run because an argument failed
 * fails with UPSTREAM_FAILED.
 */
final class CallArguments {
    private final Call call;
    private final CallResults results;
    private final boolean[] runs;
    private @Nullable CellFailure @Nullable [] upstream;
    private int count;

    /** @param needed the rows in which somebody needs an output */
    CallArguments(Call call, CallResults results, boolean[] needed, boolean[] timed) {
        this.call = call;
        this.results = results;
        this.runs = needed.clone();
        for (int row = 0; row < runs.length; row++) {
            runs[row] &= timed[row];
        }
        for (int guard : call.guards()) {
            Column column = results.base(guard);
            for (int row = 0; row < runs.length; row++) {
                runs[row] &= column.hasValue(row);
            }
        }
        call.arguments().forEach(this::require);
        for (boolean run : runs) {
            count += run ? 1 : 0;
        }
    }

    boolean[] runs() {
        return runs;
    }

    int count() {
        return count;
    }

    /** The rows that fail before the call; null if there are none. */
    @Nullable
    CellFailure @Nullable [] upstream() {
        return upstream;
    }

    private void require(Argument argument) {
        if (!(argument instanceof Argument.Of of)) {
            return;
        }
        Object otherwise = of.value().feature().values().defaultValue();
        if (of.none() && (of.failed() || !results.failed(of.value()))) {
            return;
        }
        Column column = results.column(of.value());
        for (int row = 0; row < runs.length; row++) {
            if (!runs[row] || column.hasValue(row) || (otherwise != null && !column.isPresent(row))) {
                continue;
            }
            CellFailure failure = results.failure(of.value(), row);
            if (failure == null ? of.none() : of.failed()) {
                continue;
            }
            runs[row] = false;
            if (failure != null) {
                if (upstream == null) {
                    upstream = new @Nullable CellFailure[runs.length];
                }
                upstream[row] = new CellFailure(
                        ErrorCode.UPSTREAM_FAILED,
                        "'" + call.resolver().name() + "' was not called: its input '"
                                + of.value().feature().name() + "' failed, " + failure.code() + " in '"
                                + failure.resolver() + "'",
                        call.resolver().name(),
                        null);
            }
        }
    }

    /** A column an argument, with the rows that run only. */
    FeatureBatch batch(long[] times) {
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (Argument argument : call.arguments()) {
            names.add(Integer.toString(names.size()));
            columns.add(
                    switch (argument) {
                        case Argument.Of of -> column(of);
                        case Argument.Now now -> times(times);
                    });
        }
        return FeatureBatch.onHeap(names, columns, count);
    }

    private Column column(Argument.Of of) {
        Column column = results.column(of.value());
        if (count == runs.length && column.presence() == null) {
            return column;
        }
        FeatureType type = of.value().feature().type();
        Object otherwise = of.value().feature().values().defaultValue();
        ColumnBuilder builder = new ColumnBuilder(column.type(), count);
        int next = 0;
        for (int row = 0; row < runs.length; row++) {
            if (!runs[row]) {
                continue;
            }
            if (column.isPresent(row)) {
                builder.copy(next, column, row);
            } else if (otherwise != null) {
                TypedValues.set(type, builder, next, otherwise);
            } else {
                builder.setNull(next);
            }
            next++;
        }
        return builder.build();
    }

    private Column times(long[] times) {
        ColumnBuilder builder = new ColumnBuilder(FeatureType.TIMESTAMP.columnType(), count);
        int next = 0;
        for (int row = 0; row < runs.length; row++) {
            if (runs[row]) {
                builder.setBits(next++, times[row]);
            }
        }
        return builder.build();
    }

    /** The numbers of the rows that run. */
    int[] chosen() {
        int[] chosen = new int[count];
        int next = 0;
        for (int row = 0; row < runs.length; row++) {
            if (runs[row]) {
                chosen[next++] = row;
            }
        }
        return Arrays.copyOf(chosen, next);
    }
}
