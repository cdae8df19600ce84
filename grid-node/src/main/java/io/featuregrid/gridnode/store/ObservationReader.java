package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ErasureList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads a batch of observations as changes of rows. What each column is, is decided once a batch. For one thread. */
public final class ObservationReader {
    private final List<Column> keys;
    private final Column observedAt;
    private final Column insertedAt;
    private final Column sequence;
    private final Column origin;
    private final Column tombstone;
    private final Column[] columns;
    private final FeatureType[] types;
    private final int[] numbers;
    private final int[] carried;
    private final ErasureList erasures;
    private final StoredValues storedValues;
    private final ResolverVersions versions;

    /**
     * A reader of one batch.
     *
     * @param observations as {@link ObservationColumns} says; stays the caller's
     * @param versions by which resolver versions the observations were computed
     * @param erasures what is hidden
     * @param values the forms that values are stored in
     * @throws FeatureGridException PARSE_FAILED if the batch has a column that is no feature of the set
     */
    public ObservationReader(
            FeatureSet set,
            FeatureBatch observations,
            ResolverVersions versions,
            ErasureList erasures,
            StoredValues values) {
        this.versions = versions;
        this.storedValues = values;
        this.erasures = erasures;
        this.keys = observations.columns().subList(0, set.key().size());
        this.observedAt = system(observations, ObservationColumns.OBSERVED_AT);
        this.insertedAt = system(observations, ObservationColumns.INSERTED_AT);
        this.sequence = system(observations, ObservationColumns.SEQUENCE);
        this.origin = system(observations, ObservationColumns.ORIGIN);
        this.tombstone = system(observations, ObservationColumns.TOMBSTONE);
        // By number, so that the numbers that a row carries ascend.
        record Carried(Feature feature, Column column) {}
        List<Carried> found = IntStream.range(
                        set.key().size(), observations.columns().size())
                .filter(index -> !observations.names().get(index).startsWith("__"))
                .mapToObj(
                        index -> new Carried(feature(set, observations.names().get(index)), observations.column(index)))
                .sorted(Comparator.comparingInt(one -> one.feature().number()))
                .toList();
        this.columns = found.stream().map(Carried::column).toArray(Column[]::new);
        this.types = found.stream().map(one -> one.feature().type()).toArray(FeatureType[]::new);
        this.numbers = found.stream().mapToInt(one -> one.feature().number()).toArray();
        this.carried = new int[numbers.length];
    }

    /** The key columns of the batch. */
    public List<Column> keys() {
        return keys;
    }

    /** What the observation of a row does to the row of its entity; null if it was erased. */
    public @Nullable RowChange change(int row) {
        if (!erasures.isEmpty()
                && erasures.hides(KeyBytes.of(keys, row), insertedAt.longAt(row), sequence.longAt(row))) {
            return null;
        }
        int count = 0;
        boolean ends = tombstone.booleanAt(row);
        int highest = columns.length == 0 ? 0 : numbers[columns.length - 1];
        @Nullable Object[] values = ends ? new @Nullable Object[0] : new @Nullable Object[highest + 1];
        for (int index = 0; index < columns.length; index++) {
            Column column = columns[index];
            if (column.isPresent(row)) {
                carried[count++] = numbers[index];
                if (!ends && column.hasValue(row)) {
                    values[numbers[index]] = storedValues.stored(types[index], column, row);
                }
            }
        }
        Stamp stamp = new Stamp(observedAt.longAt(row), insertedAt.longAt(row), sequence.longAt(row));
        RowStamps stamps = ends || versions.isEmpty()
                ? RowStamps.ofObservation(stamp, origin.intAt(row), ends, carried, count)
                : RowStamps.ofComputed(stamp, origin.intAt(row), carried, count, versions);
        return new RowChange(stamps, values);
    }

    private static Feature feature(FeatureSet set, String name) {
        return set.feature(name)
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.PARSE_FAILED,
                        "column '" + name + "' is no feature of '" + set.name() + "' (expected some of "
                                + set.carried().stream().map(Feature::name).toList() + ")"));
    }

    private static Column system(FeatureBatch observations, String name) {
        int index = observations.names().indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("column '" + name + "' is missing from observations of columns "
                    + observations.names() + " (expected " + Arrays.toString(systemNames()) + ")");
        }
        return observations.column(index);
    }

    private static String[] systemNames() {
        return new String[] {
            ObservationColumns.OBSERVED_AT,
            ObservationColumns.INSERTED_AT,
            ObservationColumns.SEQUENCE,
            ObservationColumns.ORIGIN,
            ObservationColumns.TOMBSTONE
        };
    }
}
