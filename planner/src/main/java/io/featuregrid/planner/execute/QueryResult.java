package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryPlan.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an online query: for each output a column with a row for each row of the query. On the heap: need not be closed. Filled by
 * one thread, then read by one.
 */
public final class QueryResult {
    private final QueryPlan plan;
    private final FeatureBatch inputs;
    private final long now;
    private final Found[] lookups;
    private final @Nullable Column[] columns;
    private final CallResults calls;

    /** What is known of one look-up's entities. */
    private static final class Found {
        private @Nullable List<Column> keys;
        private int @Nullable [] slots;
        private @Nullable OnlineRows rows;
    }

    /**
     * How the outputs that are stored features came out, over all rows.
     *
     * @param hits values that were there and fresh enough
     * @param misses values that are MISSING
     * @param oldestMicros the greatest age of a hit at the query's now; -1 without hits or without stamps
     */
    public record Counts(long hits, long misses, long oldestMicros) {}

    QueryResult(QueryPlan plan, FeatureBatch inputs, long now) {
        this.plan = plan;
        this.inputs = inputs;
        this.now = now;
        this.lookups = new Found[plan.lookups().size()];
        for (int index = 0; index < lookups.length; index++) {
            lookups[index] = new Found();
        }
        this.columns = new @Nullable Column[plan.reading().columns().size()];
        this.calls = new CallResults(plan.calls(), this::base, inputs.rows());
    }

    public QueryPlan plan() {
        return plan;
    }

    public int rows() {
        return inputs.rows();
    }

    /** The instant that the query was answered for, in microseconds. */
    public long now() {
        return now;
    }

    /** What the functions gave. */
    public CallResults calls() {
        return calls;
    }

    /** The values of an output; MISSING is not yet shown as the default. */
    public Column column(int output) {
        return calls.column(plan.outputs().get(output).value());
    }

    /** Why a value could not be computed; null if it could, or need not. */
    public @Nullable CellFailure failure(int output, int row) {
        return calls.failure(plan.outputs().get(output).value(), row);
    }

    /** Whether any value of an output could not be computed. */
    public boolean failed(int output) {
        return calls.failed(plan.outputs().get(output).value());
    }

    /** The resolver that computed a value; null if it was not computed. */
    public @Nullable Resolver resolver(int output, int row) {
        return plan.outputs().get(output).value() instanceof Ref.Result result && !calls.stored(result, row)
                ? plan.calls().calls().get(result.call()).resolver()
                : null;
    }

    private Column base(int column) {
        Column known = columns[column];
        if (known == null) {
            known = column(plan.reading().columns().get(column));
            columns[column] = known;
        }
        return known;
    }

    /** The values of an output as they are shown: MISSING as the default if there is one and the request wants it. */
    public Column shown(int output) {
        Column column = column(output);
        Feature feature = plan.outputs().get(output).value().feature();
        Object value = feature.values().defaultValue();
        if (!plan.defaults() || value == null || column.presence() == null) {
            return column;
        }
        ColumnBuilder builder = new ColumnBuilder(column.type(), column.rows());
        for (int row = 0; row < column.rows(); row++) {
            if (column.isPresent(row)) {
                builder.copy(row, column, row);
            } else if (failure(output, row) == null) {
                TypedValues.set(feature.type(), builder, row, value);
            }
        }
        return builder.build();
    }

    /** The stamp of the observation that a value comes from; null if the value is no stored one, is MISSING, or stamps were not asked for. */
    public @Nullable Stamp stamp(int output, int row) {
        int place = switch (plan.outputs().get(output).value()) {
            case Ref.Base base -> base.column();
            case Ref.Result result -> result.stored();
            case Ref.Missing missing -> Ref.Result.NEVER;
        };
        if (place == Ref.Result.NEVER
                || !(plan.reading().columns().get(place) instanceof Value.Stored stored)
                || !base(place).isPresent(row)) {
            return null;
        }
        Found found = lookups[stored.lookup()];
        OnlineRows rows = found.rows;
        int[] slots = found.slots;
        if (rows == null || rows.stamps() == null || slots == null) {
            return null;
        }
        return rows.stamps().get(stored.position()).stamp(slots[row]).orElse(null);
    }

    /** The key of the entities that an output belongs to, in the order of the key; none if it belongs to none or to a global set. */
    public List<Column> entity(int output) {
        int lookup = plan.outputs().get(output).lookup();
        return plan.lookups().get(lookup).named() ? keyColumns(lookup) : List.of();
    }

    public Counts counts() {
        long hits = 0;
        long misses = 0;
        long oldest = -1;
        for (int output = 0; output < plan.outputs().size(); output++) {
            Ref ref = plan.outputs().get(output).value();
            boolean readFirst = ref instanceof Ref.Result result && result.stored() != Ref.Result.NEVER;
            if (!readFirst && !plan.stored(plan.outputs().get(output))) {
                continue;
            }
            Column column = column(output);
            for (int row = 0; row < column.rows(); row++) {
                boolean hit = ref instanceof Ref.Result computed ? calls.stored(computed, row) : column.isPresent(row);
                if (hit) {
                    hits++;
                    Stamp stamp = stamp(output, row);
                    oldest = stamp == null ? oldest : Math.max(oldest, now - stamp.observedAt());
                } else {
                    misses++;
                }
            }
        }
        return new Counts(hits, misses, oldest);
    }

    /** The values of an input. */
    Column input(int index) {
        return inputs.column(index);
    }

    /** The key columns of a look-up's entities, a row for each row of the query. Its links must have been read. */
    List<Column> keyColumns(int lookup) {
        Found found = lookups[lookup];
        if (found.keys == null) {
            List<Column> keys = new ArrayList<>();
            for (Value key : plan.lookups().get(lookup).keys()) {
                keys.add(column(key));
            }
            found.keys = keys;
        }
        return found.keys;
    }

    void read(QueryPlan.Read read, EntityReads entities, OnlineRows rows) {
        for (int index = 0; index < read.lookups().size(); index++) {
            Found found = lookups[read.lookups().get(index)];
            found.slots = entities.slots().get(index);
            found.rows = rows;
        }
    }

    /** No row names an entity. */
    void readNothing(QueryPlan.Read read) {
        int[] nowhere = new int[rows()];
        java.util.Arrays.fill(nowhere, -1);
        for (int lookup : read.lookups()) {
            lookups[lookup].slots = nowhere;
        }
    }

    private Column column(Value value) {
        return switch (value) {
            case Value.Given given -> inputs.column(given.input());
            case Value.Key key -> {
                Column column = keyColumns(key.lookup()).get(key.position());
                yield key.row() ? whereRows(key.lookup(), column) : column;
            }
            case Value.Stored stored -> stored(stored);
        };
    }

    private Column stored(Value.Stored stored) {
        Found found = lookups[stored.lookup()];
        int[] slots = slots(found, stored.lookup());
        OnlineRows rows = found.rows;
        if (rows == null) {
            return new ColumnBuilder(stored.feature().type().columnType(), rows()).build();
        }
        Column column = rows.values().column(stored.position());
        if (slots.length == 1 && column.rows() == 1 && slots[0] == 0) {
            return column;
        }
        ColumnBuilder builder = new ColumnBuilder(column.type(), slots.length);
        for (int row = 0; row < slots.length; row++) {
            if (slots[row] >= 0) {
                builder.copy(row, column, slots[row]);
            }
        }
        return builder.build();
    }

    /** A key behind a relation: MISSING where the relation leads to no row. */
    private Column whereRows(int lookup, Column column) {
        Found found = lookups[lookup];
        int[] slots = slots(found, lookup);
        ColumnBuilder builder = new ColumnBuilder(column.type(), slots.length);
        for (int row = 0; row < slots.length; row++) {
            if (found.rows != null && slots[row] >= 0 && found.rows.exists()[slots[row]]) {
                builder.copy(row, column, row);
            }
        }
        return builder.build();
    }

    private static int[] slots(Found found, int lookup) {
        int[] slots = found.slots;
        if (slots == null) {
            throw new IllegalStateException("look-up " + lookup + " is used before it was read");
        }
        return slots;
    }
}
