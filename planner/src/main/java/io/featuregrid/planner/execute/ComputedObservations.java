package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.Supply;
import io.featuregrid.planner.execute.CallResults.Called;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.plan.CallPlan.Call;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryPlan.Input;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a query computed, as observations of its now: one an entity of the query, online or not. Values of features with a max staleness
 * above 0 that depend on nothing that the caller gave go online, all others only into history, and so do given values that come with each
 * request. Failures are not written, nulls are.
 */
public final class ComputedObservations {
    private final QueryResult result;
    private final QueryPlan plan;
    private final Map<Place, Map<Feature, Column>> columns = new LinkedHashMap<>();
    private final Map<Place, Map<Integer, Integer>> versions = new HashMap<>();

    /** Rows that are written together. */
    private record Place(int lookup, boolean online, boolean history) {}

    private ComputedObservations(QueryResult result) {
        this.result = result;
        this.plan = result.plan();
    }

    /**
     * What is written.
     *
     * @param logged goes into the log, and from there online if it says so
     * @param onlineOnly goes nowhere else: its resolvers are not stored offline
     */
    public record Written(Optional<ObservationLog.Upload> logged, List<SetRows> onlineOnly) {
        public Written {
            onlineOnly = List.copyOf(onlineOnly);
        }
    }

    /** What there is to write; empty if nothing was computed. */
    public static Optional<Written> of(QueryResult result) {
        QueryPlan plan = result.plan();
        return plan.calls().calls().isEmpty()
                        && plan.inputs().stream()
                                .noneMatch(input -> input.feature().supply() == Supply.REQUEST)
                ? Optional.empty()
                : new ComputedObservations(result).gather();
    }

    private Optional<Written> gather() {
        for (int index = 0; index < plan.calls().calls().size(); index++) {
            Called called = result.calls().called(index);
            int lookup = lookup(plan.calls().calls().get(index).path());
            if (called != null && plan.lookups().get(lookup).named()) {
                add(plan.calls().calls().get(index), called, lookup);
            }
        }
        addRequested();
        List<SetRows> rows = new ArrayList<>();
        List<SetRows> onlineOnly = new ArrayList<>();
        columns.forEach((place, carried) -> {
            SetRows written = rows(place, carried);
            if (written != null) {
                (place.history() ? rows : onlineOnly).add(written);
            }
        });
        if (rows.isEmpty() && onlineOnly.isEmpty()) {
            return Optional.empty();
        }
        Optional<ObservationLog.Upload> logged =
                rows.isEmpty() ? Optional.empty() : Optional.of(new ObservationLog.Upload(null, Origin.QUERY, rows));
        return Optional.of(new Written(logged, onlineOnly));
    }

    private void add(Call call, Called called, int lookup) {
        for (int output = 0; output < call.outputs().size(); output++) {
            Feature feature = call.outputs().get(output);
            boolean online = !call.given() && feature.maxStalenessMicros() > 0;
            if (!online && !call.resolver().conditions().storeOffline()) {
                continue;
            }
            if (isGiven(call.path() + "." + feature.name())) {
                continue;
            }
            Place place = new Place(lookup, online, call.resolver().conditions().storeOffline());
            columns.computeIfAbsent(place, missing -> new LinkedHashMap<>())
                    .put(feature, called.outputs().get(output));
            versions.computeIfAbsent(place, missing -> new HashMap<>())
                    .put(feature.number(), call.resolver().version());
        }
    }

    private void addRequested() {
        for (int index = 0; index < plan.inputs().size(); index++) {
            Input input = plan.inputs().get(index);
            int dot = input.name().lastIndexOf('.');
            if (input.feature().supply() != Supply.REQUEST || dot < 0) {
                continue;
            }
            int lookup = lookup(input.name().substring(0, dot));
            if (lookup >= 0 && plan.lookups().get(lookup).named()) {
                columns.computeIfAbsent(new Place(lookup, false, true), missing -> new LinkedHashMap<>())
                        .put(input.feature(), result.input(index));
            }
        }
    }

    private boolean isGiven(String path) {
        return plan.inputs().stream().anyMatch(input -> input.name().equals(path));
    }

    private int lookup(String path) {
        for (int index = 0; index < plan.lookups().size(); index++) {
            if (plan.lookups().get(index).path().equals(path)) {
                return index;
            }
        }
        return -1;
    }

    private @Nullable SetRows rows(Place place, Map<Feature, Column> carried) {
        FeatureSet set = plan.lookups().get(place.lookup()).set();
        List<Column> keys = result.keyColumns(place.lookup());
        int[] chosen = new int[result.rows()];
        int count = 0;
        for (int row = 0; row < chosen.length; row++) {
            boolean written = false;
            for (Column column : carried.values()) {
                written |= column.isPresent(row);
            }
            for (Column key : keys) {
                written &= key.hasValue(row);
            }
            if (written) {
                chosen[count++] = row;
            }
        }
        if (count == 0) {
            return null;
        }
        List<String> names = new ArrayList<>(set.key());
        List<Column> written = new ArrayList<>();
        for (Column key : keys) {
            written.add(chosen(key, chosen, count));
        }
        carried.forEach((feature, column) -> names.add(feature.name()));
        for (Column column : carried.values()) {
            written.add(chosen(column, chosen, count));
        }
        names.add(ObservationColumns.OBSERVED_AT);
        names.add(ObservationColumns.TOMBSTONE);
        ColumnBuilder times = new ColumnBuilder(ColumnType.TIMESTAMP, count);
        ColumnBuilder tombstones = new ColumnBuilder(ColumnType.BOOL, count);
        for (int row = 0; row < count; row++) {
            times.setBits(row, result.now());
            tombstones.setBits(row, 0);
        }
        written.add(times.build());
        written.add(tombstones.build());
        return new SetRows(
                set,
                FeatureBatch.onHeap(names, written, count),
                ResolverVersions.of(versions.getOrDefault(place, Map.of())),
                place.online());
    }

    private static Column chosen(Column column, int[] chosen, int count) {
        ColumnBuilder builder = new ColumnBuilder(column.type(), count);
        for (int row = 0; row < count; row++) {
            builder.copy(row, column, chosen[row]);
        }
        return builder.build();
    }
}
