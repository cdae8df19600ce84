package io.featuregrid.offline.write;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.offline.layout.HistoryCatalog;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.StampSource;

/**
 * What writers of history work with.
 *
 * @param loads brings into the online store what is committed
 * @param metrics gets the meters {@code history.ingest.rows} and {@code history.drain.rows}
 */
public record WriteServices(
        HistoryCatalog catalog,
        IngestJournal journal,
        IngestLoads loads,
        ImportTurns turns,
        StampSource stamps,
        Erasures erasures,
        MetricRegistry metrics) {}
