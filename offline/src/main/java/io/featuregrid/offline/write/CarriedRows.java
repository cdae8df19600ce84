package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.CarrySets;
import io.featuregrid.offline.layout.HistoryTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The carry sets of the rows of one commit. A carry set gets its number when a row is of it, no earlier: there are only 63 numbers. */
final class CarriedRows {
    private final HistoryTable table;
    private final Map<List<Integer>, RunBuffer.CarriedRow> rows = new HashMap<>();
    private final Map<Integer, List<Integer>> numbers = new HashMap<>();

    CarriedRows(HistoryTable table) {
        this.table = table;
    }

    /**
     * What a row carries that is no tombstone.
     *
     * @param features ascending feature numbers
     */
    RunBuffer.CarriedRow values(List<Integer> features) {
        return rows.computeIfAbsent(features, missing -> {
            int carry = table.carryNumber(missing);
            if (carry != CarrySets.SHARED) {
                numbers.put(carry, missing);
            }
            return new RunBuffer.CarriedRow(carry, missing, false);
        });
    }

    /**
     * What a tombstone carries.
     *
     * @param features ascending numbers of the features that end; none for all
     */
    RunBuffer.CarriedRow tombstone(List<Integer> features) {
        return features.isEmpty()
                ? new RunBuffer.CarriedRow(CarrySets.TOMBSTONE_OF_ALL, features, true)
                : new RunBuffer.CarriedRow(values(features).carry(), features, true);
    }

    /** Feature numbers by the number of each carry set that was met. */
    Map<Integer, List<Integer>> numbers() {
        return numbers;
    }
}
