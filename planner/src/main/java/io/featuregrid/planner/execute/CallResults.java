package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.plan.CallPlan;
import io.featuregrid.planner.plan.CallPlan.Ref;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What the calls of a plan gave, over the columns that they took from. Filled by one thread, then read by one. */
public final class CallResults {
    private final CallPlan plan;
    private final IntFunction<Column> columns;
    private final int rows;
    private final @Nullable Called[] called;
    private final Map<Ref, Column> known = new HashMap<>();

    /**
     * What one call gave.
     *
     * @param ran the rows that it was run for, whatever came of it
     * @param outputs a column each; MISSING where it was not run or failed
     * @param failures of each output, a row each; null if none failed
     */
    // Kept by its one owner.
    @SuppressWarnings("ArrayRecordComponent")
    record Called(boolean[] ran, List<Column> outputs, List<@Nullable CellFailure @Nullable []> failures) {}

    /** @param columns gives the column of a number */
    CallResults(CallPlan plan, IntFunction<Column> columns, int rows) {
        this.plan = plan;
        this.columns = columns;
        this.rows = rows;
        this.called = new @Nullable Called[plan.calls().size()];
    }

    int rows() {
        return rows;
    }

    CallPlan plan() {
        return plan;
    }

    void put(int call, Called result) {
        called[call] = result;
    }

    /** What a call gave; null if no row needed it. */
    @Nullable
    Called called(int call) {
        return called[call];
    }

    /** The column of a number that was read or given. */
    Column base(int column) {
        return columns.apply(column);
    }

    /** The values of a place; MISSING where there is none, for whatever reason. */
    public Column column(Ref ref) {
        return switch (ref) {
            case Ref.Base base -> columns.apply(base.column());
            case Ref.Missing missing ->
                known.computeIfAbsent(
                        ref,
                        absent -> new ColumnBuilder(missing.feature().type().columnType(), rows).build());
            case Ref.Result result -> {
                Column column = known.get(ref);
                if (column == null) {
                    column = merged(result);
                    known.put(ref, column);
                }
                yield column;
            }
        };
    }

    /** Whether the value of a row was read, and not computed. */
    public boolean stored(Ref.Result result, int row) {
        return result.stored() != Ref.Result.NEVER
                && columns.apply(result.stored()).isPresent(row);
    }

    /** Why the value of a row is MISSING, if its computation failed. */
    public @Nullable CellFailure failure(Ref ref, int row) {
        if (!(ref instanceof Ref.Result result)) {
            return null;
        }
        Called found = called[result.call()];
        @Nullable
        CellFailure[] failures = found == null ? null : found.failures().get(result.output());
        return failures == null || stored(result, row) ? null : failures[row];
    }

    /** Whether any value of a place failed. */
    public boolean failed(Ref ref) {
        if (!(ref instanceof Ref.Result result)) {
            return false;
        }
        Called found = called[result.call()];
        return found != null && found.failures().get(result.output()) != null;
    }

    private Column merged(Ref.Result result) {
        Called found = called[result.call()];
        Column computed = found == null ? null : found.outputs().get(result.output());
        if (result.stored() == Ref.Result.NEVER) {
            return computed == null ? new ColumnBuilder(result.feature().type().columnType(), rows).build() : computed;
        }
        Column stored = columns.apply(result.stored());
        if (computed == null) {
            return stored;
        }
        ColumnBuilder builder = new ColumnBuilder(stored.type(), rows);
        for (int row = 0; row < rows; row++) {
            builder.copy(row, stored.isPresent(row) ? stored : computed, row);
        }
        return builder.build();
    }
}
