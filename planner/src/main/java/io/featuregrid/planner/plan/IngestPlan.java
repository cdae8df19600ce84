package io.featuregrid.planner.plan;

import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.time.Timestamps;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What each column of an ingested table is.
 *
 * @param columns name and type of each column, in the table's order
 * @param keys positions of the key columns, in the order of the key
 * @param carried the features that rows can carry, with the positions of their columns
 * @param observedAt where observed_at comes from
 * @param marks where the columns stand that are no features
 */
public record IngestPlan(
        FeatureSet set,
        IngestOptions options,
        List<TypedColumn> columns,
        List<Integer> keys,
        List<CarriedColumn> carried,
        ObservedAt observedAt,
        Marks marks) {
    /**
     * Columns that say something of a row instead of its entity.
     *
     * @param insertedAt position of the column that brings inserted_at, or -1
     * @param tombstone position of the column that makes tombstones, or -1
     */
    public record Marks(int insertedAt, int tombstone) {}

    /** A feature and the position of its column. */
    public record CarriedColumn(int position, Feature feature) {}

    /** Where observed_at comes from. */
    public sealed interface ObservedAt {
        /** A column of the table. */
        record FromColumn(int position) implements ObservedAt {}

        /** One time for all rows, in microseconds. */
        record Given(long micros) implements ObservedAt {}

        /** The clock of the node that accepts the rows. */
        record Accepted() implements ObservedAt {}
    }

    /**
     * Finds out what each column of a table is.
     *
     * @param names the table's column names
     * @throws FeatureGridException PARSE_FAILED for an unknown column, INVALID_QUERY for a missing one, VALIDATION_FAILED if observed_at is
     *     given beside the feature time
     */
    public static IngestPlan plan(FeatureSet set, IngestOptions options, List<String> names) {
        Map<@Nullable String, Integer> positions = new HashMap<>();
        for (String name : names) {
            if (positions.put(name, positions.size()) != null) {
                throw invalid(set, "has two columns '" + name + "' (expected different names)");
            }
        }
        requireColumn(set, positions, "tombstone", options.tombstone());
        requireColumn(set, positions, "preserve_inserted_at", options.preserveInsertedAt());
        checkMarks(set, options);
        List<TypedColumn> columns = new ArrayList<>();
        List<CarriedColumn> carried = new ArrayList<>();
        for (int position = 0; position < names.size(); position++) {
            String name = names.get(position);
            columns.add(new TypedColumn(name, type(set, options, name)));
            Optional<Feature> feature = set.feature(name);
            boolean control = name.equals(options.tombstone()) || name.equals(options.preserveInsertedAt());
            if (feature.isPresent() && !control && !set.isKey(name)) {
                carried.add(new CarriedColumn(position, feature.get()));
            }
        }
        List<Integer> keys = new ArrayList<>();
        for (String column : set.key()) {
            Integer position = positions.get(column);
            if (position == null) {
                throw invalid(set, "lacks the key column '" + column + "' (expected the whole key " + set.key() + ")");
            }
            keys.add(position);
        }
        return new IngestPlan(
                set,
                options,
                columns,
                keys,
                carried,
                observedAt(set, options, positions),
                new Marks(
                        positions.getOrDefault(options.preserveInsertedAt(), -1),
                        positions.getOrDefault(options.tombstone(), -1)));
    }

    /** A column that marks rows has one meaning: it is no key, and a tombstone's flag is no time. */
    private static void checkMarks(FeatureSet set, IngestOptions options) {
        String tombstone = options.tombstone();
        String insertedAt = options.preserveInsertedAt();
        for (String column : set.key()) {
            if (column.equals(tombstone) || column.equals(insertedAt)) {
                throw invalid(
                        set,
                        "takes " + (column.equals(tombstone) ? "tombstone" : "preserve_inserted_at")
                                + " from the key column '" + column + "' (expected a column of its own)");
            }
        }
        if (tombstone != null
                && (tombstone.equals(insertedAt)
                        || tombstone.equals(options.observedAt())
                        || tombstone.equals(set.featureTime()))) {
            throw invalid(
                    set, "takes tombstone and a time from one column, '" + tombstone + "' (expected a bool column)");
        }
    }

    private static FeatureType type(FeatureSet set, IngestOptions options, String name) {
        if (name.equals(options.tombstone())) {
            return FeatureType.BOOL;
        }
        if (name.equals(options.preserveInsertedAt()) || name.equals(options.observedAt())) {
            return FeatureType.TIMESTAMP;
        }
        return set.feature(name)
                .map(Feature::type)
                .orElseThrow(() -> FeatureGridException.of(
                        ErrorCode.PARSE_FAILED,
                        set.name() + "." + name,
                        "column '" + name + "' is no feature of '" + set.name() + "' (expected some of "
                                + set.features().stream().map(Feature::name).toList() + ")"));
    }

    private static ObservedAt observedAt(
            FeatureSet set, IngestOptions options, Map<@Nullable String, Integer> positions) {
        String given = options.observedAt();
        Integer featureTime = set.featureTime() == null ? null : positions.get(set.featureTime());
        if (featureTime != null) {
            if (given != null && !given.equals(set.featureTime())) {
                throw new FeatureGridException(
                        ErrorCode.VALIDATION_FAILED,
                        "observed_at is given as \"" + given + "\" beside the feature time '" + set.name() + "."
                                + set.featureTime() + "' (expected one of them)");
            }
            return new ObservedAt.FromColumn(featureTime);
        }
        if (given == null) {
            return new ObservedAt.Accepted();
        }
        Integer position = positions.get(given);
        if (position != null) {
            checkObservedAtType(set, given);
            return new ObservedAt.FromColumn(position);
        }
        return new ObservedAt.Given(givenTime(set, options, given));
    }

    private static long givenTime(FeatureSet set, IngestOptions options, String given) {
        try {
            Timestamps.Reading reading = Timestamps.read(given);
            if (reading.nanosBelow() == 0 || options.floor()) {
                return reading.micros();
            }
            throw new FeatureGridException(
                    ErrorCode.VALIDATION_FAILED,
                    "observed_at of the ingest into '" + set.name() + "' is " + given
                            + " (expected whole microseconds; round=\"floor\" floors)");
        } catch (DateTimeException refused) {
            throw invalid(
                    set,
                    "has observed_at \"" + given + "\", which is neither a column nor a time (expected a column's name"
                            + " or a time like 2013-01-01T10:00:00Z)");
        }
    }

    private static void checkObservedAtType(FeatureSet set, String column) {
        set.feature(column)
                .filter(feature -> !feature.type().equals(FeatureType.TIMESTAMP))
                .ifPresent(feature -> {
                    throw invalid(
                            set,
                            "takes observed_at from '" + column + "', a feature of type "
                                    + feature.type().text() + " (expected a timestamp)");
                });
    }

    private static void requireColumn(
            FeatureSet set, Map<@Nullable String, Integer> positions, String option, @Nullable String column) {
        if (column != null && !positions.containsKey(column)) {
            throw invalid(set, "has " + option + " \"" + column + "\", a column that is missing");
        }
    }

    private static FeatureGridException invalid(FeatureSet set, String what) {
        return new FeatureGridException(ErrorCode.INVALID_QUERY, "the ingest into '" + set.name() + "' " + what);
    }
}
