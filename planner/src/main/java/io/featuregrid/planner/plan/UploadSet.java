package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.plan.IngestPlan.CarriedColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an upload says of one set: the cells become the same table that a bulk ingest has, and meet the same rules. For one request. */
final class UploadSet {
    private static final int MOST_PROBLEMS = 100;

    private final FeatureSet set;
    private final List<Feature> features;
    private final UploadCells cells;
    private final @Nullable String observedAt;
    private final int[] rows;
    private final boolean[] tombstones;
    private final List<Problem> problems = new ArrayList<>();

    /**
     * A set's part of an upload.
     *
     * @param features those of the set that some row names
     * @param observedAt the upload's option
     */
    UploadSet(FeatureSet set, List<Feature> features, UploadCells cells, @Nullable String observedAt) {
        this.set = set;
        this.features = features;
        this.cells = cells;
        this.observedAt = observedAt;
        this.rows = concerned();
        this.tombstones = new boolean[rows.length];
    }

    FeatureSet set() {
        return set;
    }

    /** The rows that name something of the set. */
    private int[] concerned() {
        int[] found = new int[cells.rows()];
        int count = 0;
        for (int row = 0; row < cells.rows(); row++) {
            for (Feature feature : features) {
                if (cells.cell(name(feature), row) != null) {
                    found[count++] = row;
                    break;
                }
            }
        }
        return java.util.Arrays.copyOf(found, count);
    }

    FeatureBatch read(long now, long futureToleranceMicros) {
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        boolean marked = cells.names().contains(UploadRequest.TOMBSTONE);
        if (marked) {
            names.add(UploadRequest.TOMBSTONE);
            columns.add(readTombstones());
        }
        for (Feature feature : features) {
            names.add(feature.name());
            columns.add(read(name(feature), feature.type(), !set.isKey(feature.name())));
        }
        String times = timeColumn();
        if (times != null && !names.contains(times)) {
            names.add(times);
            columns.add(read(times, FeatureType.TIMESTAMP, false));
        }
        if (!problems.isEmpty()) {
            throw new FeatureGridException(problems);
        }
        IngestOptions options = new IngestOptions(
                times == null ? observedAt : times,
                false,
                null,
                null,
                false,
                false,
                marked ? UploadRequest.TOMBSTONE : null);
        IngestPlan plan = IngestPlan.plan(set, options, names);
        FeatureBatch batch = FeatureBatch.onHeap(names, columns, rows.length);
        RowReader reader = new RowReader(plan, now, futureToleranceMicros);
        reader.check(batch, tombstones, row -> rows[row]);
        return observations(plan, batch, reader);
    }

    /**
     * The column that states observed_at, by the name that it has in the set's table; null if it is no column. A feature of the set goes by
     * its own name, anything else by the name that the upload gives it.
     */
    private @Nullable String timeColumn() {
        if (observedAt == null || !cells.names().contains(observedAt)) {
            return null;
        }
        for (Feature feature : features) {
            if (observedAt.equals(name(feature))) {
                return feature.name();
            }
        }
        return observedAt;
    }

    private FeatureBatch observations(IngestPlan plan, FeatureBatch batch, RowReader reader) {
        List<String> names = new ArrayList<>(set.key());
        List<Column> columns = new ArrayList<>();
        plan.keys().forEach(position -> columns.add(batch.column(position)));
        for (CarriedColumn carried : plan.carried()) {
            names.add(carried.feature().name());
            columns.add(batch.column(carried.position()));
        }
        long[] times = reader.observedAt(batch, row -> rows[row]);
        ColumnBuilder observed = new ColumnBuilder(ColumnType.TIMESTAMP, rows.length);
        ColumnBuilder tombstone = new ColumnBuilder(ColumnType.BOOL, rows.length);
        for (int row = 0; row < rows.length; row++) {
            if (!reader.accepted(batch, row)) {
                observed.setBits(row, times[row]);
            }
            tombstone.setBits(row, tombstones[row] ? 1 : 0);
        }
        names.add(ObservationColumns.OBSERVED_AT);
        columns.add(observed.build());
        names.add(ObservationColumns.TOMBSTONE);
        columns.add(tombstone.build());
        return FeatureBatch.onHeap(names, columns, rows.length);
    }

    private Column readTombstones() {
        Column column = read(UploadRequest.TOMBSTONE, FeatureType.BOOL, false);
        for (int row = 0; row < rows.length; row++) {
            tombstones[row] = column.hasValue(row) && column.booleanAt(row);
        }
        return column;
    }

    /**
     * A column of the concerned rows: MISSING where a row does not have the name.
     *
     * @param ignored whether the values of tombstones do not count: only that they are there
     */
    private Column read(String name, FeatureType type, boolean ignored) {
        ColumnBuilder builder = new ColumnBuilder(type.columnType(), rows.length);
        boolean time = name.equals(set.name() + "." + set.featureTime()) || name.equals(observedAt);
        for (int row = 0; row < rows.length; row++) {
            JsonNode cell = cells.cell(name, rows[row]);
            if (cell == null) {
                continue;
            }
            if (cell.isNull() || (ignored && !time && tombstones[row])) {
                builder.setNull(row);
                continue;
            }
            Optional<Object> value = TypedValues.read(type, cell);
            if (value.isPresent()) {
                TypedValues.set(type, builder, row, value.get());
            } else if (problems.size() < MOST_PROBLEMS) {
                problems.add(refused(name, rows[row], cell, type));
            }
        }
        return builder.build();
    }

    private static Problem refused(String name, int row, JsonNode cell, FeatureType type) {
        String text = cell.toString();
        return new Problem(
                ErrorCode.VALIDATION_FAILED,
                "'" + name + "' is " + (text.length() <= 200 ? text : text.substring(0, 200) + "...") + " in row " + row
                        + " (expected a value of type " + type.text() + ")",
                name);
    }

    private String name(Feature feature) {
        return set.name() + "." + feature.name();
    }
}
