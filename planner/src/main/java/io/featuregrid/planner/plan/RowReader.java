package io.featuregrid.planner.plan;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.IngestPlan.CarriedColumn;
import io.featuregrid.planner.plan.IngestPlan.ObservedAt;
import io.featuregrid.planner.time.Durations;
import io.featuregrid.planner.time.Timestamps;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads times and tombstones of ingested rows and refuses what may not be written, naming row and value. */
public final class RowReader {
    private final IngestPlan plan;
    private final long now;
    private final long latestObservedAt;

    /**
     * Reads rows that are accepted now.
     *
     * @param now the accepting node's clock
     * @param futureToleranceMicros how far ahead of it observed_at may be
     */
    public RowReader(IngestPlan plan, long now, long futureToleranceMicros) {
        this.plan = plan;
        this.now = now;
        this.latestObservedAt =
                plan.options().allowFuture() ? Long.MAX_VALUE : Durations.add(now, futureToleranceMicros);
    }

    /** The number under which the caller knows a row of a batch. */
    @FunctionalInterface
    public interface RowNumbers {
        long of(int row);
    }

    /** Refuses a batch with a null key, a null for a type without null, or a value out of bounds. */
    public void check(FeatureBatch batch, boolean[] tombstones, long firstRow) {
        check(batch, tombstones, row -> firstRow + row);
    }

    /** As {@link #check(FeatureBatch, boolean[], long)}; a feature that is MISSING is not carried and not looked at. */
    public void check(FeatureBatch batch, boolean[] tombstones, RowNumbers rows) {
        for (int position : plan.keys()) {
            Column column = batch.column(position);
            for (int row = 0; row < batch.rows(); row++) {
                if (!column.hasValue(row)) {
                    throw refused(
                            batch.names().get(position),
                            column.isPresent(row) ? "null" : "missing",
                            rows.of(row),
                            "a key is never null");
                }
            }
        }
        for (CarriedColumn carried : plan.carried()) {
            checkValues(batch.column(carried.position()), carried.feature(), tombstones, rows);
        }
    }

    /** observed_at of each row, in microseconds. */
    public long[] observedAt(FeatureBatch batch, long firstRow) {
        return observedAt(batch, row -> firstRow + row);
    }

    /** As {@link #observedAt(FeatureBatch, long)}; where a row does not carry the feature time, the node's clock says it. */
    public long[] observedAt(FeatureBatch batch, RowNumbers rows) {
        long[] times = new long[batch.rows()];
        switch (plan.observedAt()) {
            case ObservedAt.Accepted accepted -> Arrays.fill(times, now);
            case ObservedAt.Given given -> {
                if (given.micros() > latestObservedAt && batch.rows() > 0) {
                    throw tooLate("observed_at", given.micros(), rows.of(0));
                }
                Arrays.fill(times, given.micros());
            }
            case ObservedAt.FromColumn source -> {
                Column column = batch.column(source.position());
                String name = batch.names().get(source.position());
                for (int row = 0; row < times.length; row++) {
                    if (accepted(batch, row)) {
                        times[row] = now;
                        continue;
                    }
                    if (!column.hasValue(row)) {
                        throw refused(name, "null", rows.of(row), "observed_at is never null");
                    }
                    times[row] = column.longAt(row);
                    if (times[row] > latestObservedAt) {
                        throw tooLate(name, times[row], rows.of(row));
                    }
                }
            }
        }
        return times;
    }

    /** Whether nothing but the clock of the accepting node says when a row was true. */
    public boolean accepted(FeatureBatch batch, int row) {
        return switch (plan.observedAt()) {
            case ObservedAt.Accepted accepted -> true;
            case ObservedAt.Given given -> false;
            case ObservedAt.FromColumn source ->
                batch.names().get(source.position()).equals(plan.set().featureTime())
                        && !batch.column(source.position()).isPresent(row);
        };
    }

    /** inserted_at of each row where another store's is brought along, else null. */
    public long @Nullable [] insertedAt(FeatureBatch batch, long firstRow) {
        if (plan.marks().insertedAt() < 0) {
            return null;
        }
        Column column = batch.column(plan.marks().insertedAt());
        String name = batch.names().get(plan.marks().insertedAt());
        long[] times = new long[batch.rows()];
        for (int row = 0; row < times.length; row++) {
            if (!column.hasValue(row)) {
                throw refused(name, "null", firstRow + row, "inserted_at is never null");
            }
            times[row] = column.longAt(row);
            if (times[row] > now) {
                throw refused(
                        name,
                        Timestamps.format(times[row]),
                        firstRow + row,
                        "inserted_at is at most now, " + Timestamps.format(now));
            }
        }
        return times;
    }

    /** Which rows are tombstones; a null is none. */
    public boolean[] tombstones(FeatureBatch batch) {
        boolean[] tombstones = new boolean[batch.rows()];
        if (plan.marks().tombstone() >= 0) {
            Column column = batch.column(plan.marks().tombstone());
            for (int row = 0; row < tombstones.length; row++) {
                tombstones[row] = column.hasValue(row) && column.booleanAt(row);
            }
        }
        return tombstones;
    }

    private void checkValues(Column column, Feature feature, boolean[] tombstones, RowNumbers rows) {
        boolean nullAllowed = feature.values().nullable() || plan.options().skipNulls();
        boolean bounded = feature.values().min() != null || feature.values().max() != null;
        for (int row = 0; row < column.rows(); row++) {
            if (tombstones[row] || !column.isPresent(row)) {
                continue;
            }
            if (!column.hasValue(row)) {
                if (!nullAllowed) {
                    throw refused(
                            feature.name(),
                            "null",
                            rows.of(row),
                            "a value of type " + feature.type().text() + ", which is declared without None");
                }
            } else if (bounded && !feature.values().inBounds(column, row)) {
                throw refused(
                        feature.name(),
                        TypedValues.describe(feature.type(), column, row),
                        rows.of(row),
                        "a value in " + feature.values().bounds());
            }
        }
    }

    private FeatureGridException tooLate(String column, long time, long row) {
        return refused(
                column,
                Timestamps.format(time),
                row,
                "observed_at at most a little later than now, " + Timestamps.format(now)
                        + "; allow_future writes it into history only");
    }

    private FeatureGridException refused(String column, String value, long row, String expected) {
        return FeatureGridException.of(
                ErrorCode.VALIDATION_FAILED,
                plan.set().name() + "." + column,
                "'" + plan.set().name() + "." + column + "' is " + value + " in row " + row + " (expected: " + expected
                        + ")");
    }
}
