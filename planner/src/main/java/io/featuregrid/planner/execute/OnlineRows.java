package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.StampColumn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were read, in the order of the keys.
 *
 * @param values a column a feature asked for, by name and in that order; MISSING where nothing qualifies. On the heap: need not be closed
 * @param exists whether each entity has a row: of its observations and tombstones of all until now the newest known is an observation
 * @param stamps a column a feature if they were asked for, else null
 */
// Down goes a value, up come arrays: nobody keeps them.
@SuppressWarnings("ArrayRecordComponent")
public record OnlineRows(
        FeatureBatch values, boolean[] exists, @Nullable List<StampColumn> stamps) {}
