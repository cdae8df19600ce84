package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import javax.cache.Cache;
import javax.cache.event.CacheEntryEvent;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheEntryProcessor;
import org.apache.ignite.cache.query.ContinuousQuery;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;

/**
 * The entities that were erased, the same on every node. One a node.
 *
 * <p>Each is an entry of a replicated cache, its set's number and its key's canonical bytes over the mark; each node keeps all in memory.
 * Of two marks of one entity the greater counts, so the order in which a node hears of them does not matter.
 */
public final class GridErasures implements Erasures, AutoCloseable {
    static final String CACHE = "__erasures";

    private static final String TOPIC = "featuregrid.erasures";
    private static final HexFormat HEX = HexFormat.of();
    private static final Marks NONE = new Marks(Map.of(), ErasureList.EMPTY);
    private static final BinaryOperator<Stamp> GREATER = BinaryOperator.maxBy(Comparator.naturalOrder());

    private final Ignite ignite;
    private final IgniteCache<String, long[]> cache;
    private final Map<Integer, Marks> bySet = new ConcurrentHashMap<>();
    private final Queue<Erased> seen = new ConcurrentLinkedQueue<>();
    private final ExecutorService follower = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("erasures").factory());
    private final QueryCursor<?> watch;

    /** An entity and its mark. */
    private record Erased(int set, ByteBuffer key, Stamp mark) {
        static Erased of(String entry, long[] mark) {
            int colon = entry.indexOf(':');
            return new Erased(
                    Integer.parseInt(entry.substring(0, colon)),
                    ByteBuffer.wrap(HEX.parseHex(entry.substring(colon + 1))),
                    stamp(mark));
        }
    }

    /** The marks of a set, for adding to and for asking. */
    private record Marks(Map<ByteBuffer, Stamp> byKey, ErasureList list) {
        Marks with(List<Erased> more) {
            Map<ByteBuffer, Stamp> next = new HashMap<>(byKey);
            more.forEach(erased -> next.merge(erased.key(), erased.mark(), GREATER));
            return next.equals(byKey) ? this : new Marks(Map.copyOf(next), new ErasureList(next));
        }
    }

    private GridErasures(Ignite ignite) {
        this.ignite = ignite;
        this.cache = ignite.getOrCreateCache(GridConfiguration.<String, long[]>systemCache(CACHE));
        Announcement.listen(ignite, TOPIC, this::hear);
        this.watch =
                cache.query(new ContinuousQuery<String, long[]>().setLocal(true).setLocalListener(this::see));
    }

    /** Opens the erasures of the grid. */
    public static GridErasures open(Grid grid) {
        GridErasures erasures = new GridErasures(grid.ignite());
        erasures.readAll();
        return erasures;
    }

    @Override
    public ErasureList of(FeatureSet set) {
        return bySet.getOrDefault(set.identity().number(), NONE).list();
    }

    /**
     * Marks entities as erased. The marks are kept, and every node goes by them, when this returns.
     *
     * @param keys canonical bytes ({@link io.featuregrid.planner.batch.KeyBytes})
     * @param mark what an entity was told up to it, by inserted_at and sequence, is erased; a lower mark than one there is without effect
     */
    public void add(FeatureSet set, List<byte[]> keys, Stamp mark) {
        HashMap<String, long[]> marks = new HashMap<>();
        for (byte[] key : keys) {
            marks.put(set.identity().number() + ":" + HEX.formatHex(key), new long[] {mark.insertedAt(), mark.sequence()
            });
        }
        if (marks.isEmpty()) {
            return;
        }
        cache.invokeAll(marks.keySet(), new Raise(mark.insertedAt(), mark.sequence()))
                .values()
                .forEach(result -> result.get());
        Announcement.tell(ignite, TOPIC, marks);
    }

    @Override
    public void close() {
        Announcement.forget(ignite, TOPIC);
        watch.close();
        follower.shutdown();
    }

    @SuppressWarnings("unchecked")
    private void hear(Serializable message) {
        take(((Map<String, long[]>) message)
                .entrySet().stream()
                        .map(entry -> Erased.of(entry.getKey(), entry.getValue()))
                        .toList());
    }

    /** One change at a time comes here, and to keep each would copy a set's marks as often. */
    private void see(Iterable<CacheEntryEvent<? extends String, ? extends long[]>> changes) {
        for (CacheEntryEvent<? extends String, ? extends long[]> change : changes) {
            seen.add(Erased.of(change.getKey(), change.getValue()));
        }
        follower.execute(() -> {
            List<Erased> all = new ArrayList<>();
            for (Erased next = seen.poll(); next != null; next = seen.poll()) {
                all.add(next);
            }
            take(all);
        });
    }

    private void readAll() {
        List<Erased> all = new ArrayList<>();
        int partitions = ignite.affinity(CACHE).partitions();
        for (int partition = 0; partition < partitions; partition++) {
            // By partition the scan asks a node that has it whole, which this one may not yet.
            try (QueryCursor<Cache.Entry<String, long[]>> entries =
                    cache.query(new ScanQuery<String, long[]>().setPartition(partition))) {
                entries.forEach(entry -> all.add(Erased.of(entry.getKey(), entry.getValue())));
            }
        }
        take(all);
    }

    private void take(List<Erased> erased) {
        Map<Integer, List<Erased>> sets = erased.stream().collect(Collectors.groupingBy(Erased::set));
        sets.forEach((set, more) -> bySet.compute(set, (number, marks) -> (marks == null ? NONE : marks).with(more)));
    }

    /** A mark as it is stored and sent, inserted_at and sequence: a record could not be, as Ignite does not write them. */
    private static Stamp stamp(long[] mark) {
        return new Stamp(0, mark[0], mark[1]);
    }

    /** Writes a mark over a lower one or none, where the entry is. */
    private static final class Raise implements CacheEntryProcessor<String, long[], Boolean> {
        private static final long serialVersionUID = 1L;

        private final long insertedAt;
        private final long sequence;

        Raise(long insertedAt, long sequence) {
            this.insertedAt = insertedAt;
            this.sequence = sequence;
        }

        @Override
        public Boolean process(MutableEntry<String, long[]> entry, Object... nothing) {
            long[] before = entry.getValue();
            long[] next = {insertedAt, sequence};
            boolean raises = before == null || stamp(before).compareTo(stamp(next)) < 0;
            if (raises) {
                entry.setValue(next);
            }
            return raises;
        }
    }
}
