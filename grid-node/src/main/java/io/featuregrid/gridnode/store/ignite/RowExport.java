package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowObservations;
import io.featuregrid.gridnode.store.RowStamps;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.jspecify.annotations.Nullable;

/**
 * The rows of some sets as they were at one moment, told while writes go on. From that moment to the end whoever changes a row first has
 * it kept as it was ({@link #keep}); a scan tells all others. A row may be told twice, the same each time.
 *
 * <p>It tells the rows of this process: the grid must have no other node. Writers never fail by it; they wait while a row is kept.
 */
public final class RowExport implements AutoCloseable {
    /** Names of rows that were changed while the export ran: they stay in memory until its end. */
    private static final int MOST_CHANGED = 2_000_000;

    private final Map<String, Copied> sets = new HashMap<>();
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong changed = new AtomicLong();
    private final Runnable end;
    private volatile @Nullable RuntimeException failure;

    /** A set that is told, by the definition that it had at the moment. */
    private record Copied(
            IgniteCache<Object, BinaryObject> cache,
            FeatureSet set,
            RowDefinition definition,
            RowObservations observations,
            Set<Object> kept) {}

    RowExport(Runnable end) {
        this.end = end;
    }

    void add(
            IgniteCache<Object, BinaryObject> cache,
            FeatureSet set,
            RowDefinition definition,
            RowObservations observations) {
        sets.put(set.name(), new Copied(cache, set, definition, observations, ConcurrentHashMap.newKeySet()));
    }

    /** How many rows were told so far. */
    public long told() {
        return told.get();
    }

    /**
     * Tells every row, once to its end.
     *
     * @param step called now and then; may throw to end it early
     * @throws FeatureGridException RESOURCE_EXHAUSTED if too many rows change meanwhile
     */
    public void run(Runnable step) {
        for (Copied copied : sets.values()) {
            ScanQuery<Object, BinaryObject> scan = new ScanQuery<>();
            scan.setLocal(true);
            try (QueryCursor<Cache.Entry<Object, BinaryObject>> rows =
                    copied.cache().query(scan)) {
                for (Cache.Entry<Object, BinaryObject> row : rows) {
                    step.run();
                    requireNoFailure();
                    // Looked up after the row was read: if it had been changed by then, it was kept before.
                    if (!copied.kept().contains(row.getKey())) {
                        tell(copied, row.getKey(), row.getValue());
                    }
                }
            }
        }
        close();
        requireNoFailure();
        for (Copied copied : sets.values()) {
            copied.observations().finish();
        }
    }

    /** Ends the keeping of rows; harmless when it has ended. */
    @Override
    public void close() {
        end.run();
    }

    /** Keeps rows that are about to be changed, those that were not kept before. The change must come after. */
    void keep(String set, Collection<Object> keys) {
        Copied copied = sets.get(set);
        if (copied == null || failure != null) {
            return;
        }
        Set<Object> missing = new HashSet<>(keys);
        missing.removeAll(copied.kept());
        if (missing.isEmpty()) {
            return;
        }
        try {
            if (changed.addAndGet(missing.size()) > MOST_CHANGED) {
                throw new FeatureGridException(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "more than " + MOST_CHANGED + " rows were changed while they were copied (expected fewer: try"
                                + " again when less is written)");
            }
            Map<Object, BinaryObject> rows = copied.cache().getAll(missing);
            for (Object key : missing) {
                // Who adds the key read the row before anyone changed it: a change comes after its key is there.
                if (copied.kept().add(key) && rows.get(key) != null) {
                    tell(copied, key, rows.get(key));
                }
            }
        } catch (RuntimeException failed) {
            failure = failed;
        }
    }

    private void tell(Copied copied, Object key, BinaryObject row) {
        RowFields fields = copied.definition().fields(row);
        if (!copied.definition().owns(fields)) {
            return;
        }
        RowStamps stamps = new RowStamps();
        stamps.decode(fields.stamps(row));
        List<Object> parts = parts(copied.set(), key);
        synchronized (copied.observations()) {
            copied.observations().add(parts, stamps, number -> fields.value(row, number));
        }
        told.incrementAndGet();
    }

    private static List<Object> parts(FeatureSet set, Object key) {
        return switch (set.key().size()) {
            case 0 -> List.of();
            case 1 -> List.of(key);
            default ->
                set.key().stream()
                        .map(name -> ((BinaryObject) key).<Object>field(name))
                        .toList();
        };
    }

    private void requireNoFailure() {
        RuntimeException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }
}
