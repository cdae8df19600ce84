package io.featuregrid.offline.read;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All rows of a history table at one snapshot, file by file. For one thread. */
public interface HistoryScan extends AutoCloseable {
    /** The table's columns as they are, system columns too. */
    List<TypedColumn> columns();

    /** The next rows, which the caller closes, or null at the end. A column that a file lacks is null in its rows. */
    @Nullable
    FeatureBatch next();

    @Override
    void close();
}
