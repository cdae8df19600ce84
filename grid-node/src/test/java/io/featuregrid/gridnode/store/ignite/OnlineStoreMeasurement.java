package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.Evolution;
import io.featuregrid.gridnode.store.Observation;
import io.featuregrid.gridnode.store.ObservationReader;
import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineRead;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteDataStreamer;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.stream.StreamReceiver;

/**
 * Measures the online store on one node and prints medians beside a bare get and put of the same rows: by the clock, and by the processor
 * time of the threads that ask, which says more where a machine is shared. Run it in {@code grid-node} after
 * {@code test-compile}: {@code java @../jvm.flags -cp <test class path> io.featuregrid.gridnode.store.ignite.OnlineStoreMeasurement
 * [memory|disk]}.
 */
public final class OnlineStoreMeasurement {
    private static final int ENTITIES = 20_000;
    private static final int BATCH = 4_096;
    private static final int ROUNDS = 7;

    private final Ignite ignite;
    private final IgniteOnlineStore store;
    private long sequence = 1;

    private OnlineStoreMeasurement(Ignite ignite) {
        this.ignite = ignite;
        this.store = new IgniteOnlineStore(ignite, IgniteStoreSettings.DEFAULTS, Erasures.NONE);
    }

    public static void main(String[] arguments) throws Exception {
        boolean disk = Arrays.asList(arguments).contains("disk");
        Path folder = Files.createTempDirectory("featuregrid-measurement");
        try (TestGrid grid = disk ? TestGrid.persistent(1, folder) : TestGrid.inMemory(1)) {
            System.out.println(disk ? "persistent, WAL LOG_ONLY" : "in memory");
            new OnlineStoreMeasurement(grid.node(0)).run();
        } finally {
            TestGrid.delete(folder);
        }
    }

    private void run() throws InterruptedException {
        FeatureSet wide = define("wide", 50);
        FeatureSet narrow = define("narrow", 10);
        fill(wide, 50);
        fill(narrow, 10);
        readOne(wide, 1);
        readOne(wide, 50);
        readMany(wide, 100);
        mergeOne(narrow);
        for (int threads : new int[] {1, 2}) {
            mergeMany("merge, rows known already", narrow, threads, true);
            mergeMany("merge, newer values", narrow, threads, false);
        }
        stream(narrow);
        for (int threads : new int[] {1}) {
            mergeMany("merge, newer values, again", narrow, threads, false);
        }
        sizes(wide);
        sizes(narrow);
    }

    private FeatureSet define(String name, int features) {
        FeatureSet set = new Evolution(name)
                .apply(
                        List.of("id int64"),
                        IntStream.range(0, features)
                                .mapToObj(index -> "f" + index + " "
                                        + List.of("float64", "int64", "string").get(index % 3))
                                .toList());
        store.prepare(set);
        return set;
    }

    private FeatureBatch batch(FeatureSet set, int features, long first, int rows) {
        List<Observation> observations = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            Observation observation = Observation.of(sequence, sequence, sequence++, (first + row) % ENTITIES);
            for (int index = 0; index < features; index++) {
                Object value = List.<Object>of(row * 0.1, (long) row, "value " + row % 100)
                        .get(index % 3);
                observation = observation.carrying("f" + index, value);
            }
            observations.add(observation);
        }
        return Observation.batch(set, observations);
    }

    private void fill(FeatureSet set, int features) {
        for (int first = 0; first < ENTITIES; first += 2_000) {
            store.merge(set, batch(set, features, first, 2_000));
        }
    }

    private void readOne(FeatureSet set, int features) {
        OnlineRead read = OnlineRead.ofAnyAge(set, set.carried().subList(0, features), Long.MAX_VALUE, false);
        List<FeatureBatch> keys = keys(set, 1);
        IgniteCache<Long, BinaryObject> cache = ignite.cache(set.name()).<Long, BinaryObject>withKeepBinary();
        report("get, bare", 20_000, 1, index -> cache.get((long) (index % ENTITIES)));
        report(
                "read 1 row x " + features + " features",
                20_000,
                1,
                index -> store.read(read, keys.get(index % keys.size())));
    }

    private void readMany(FeatureSet set, int rows) {
        OnlineRead read = OnlineRead.ofAnyAge(set, set.carried(), Long.MAX_VALUE, false);
        List<FeatureBatch> keys = keys(set, rows);
        report(
                "read " + rows + " rows x 50 features, a row",
                200,
                rows,
                index -> store.read(read, keys.get(index % keys.size())));
    }

    private static List<FeatureBatch> keys(FeatureSet set, int rows) {
        return IntStream.range(0, 1_000)
                .mapToObj(batch -> Observation.keys(
                        set,
                        IntStream.range(0, rows)
                                .mapToObj(row -> List.<Object>of((batch * 7919L + row * 31L) % ENTITIES))
                                .toList()))
                .toList();
    }

    private void mergeOne(FeatureSet set) {
        List<FeatureBatch> batches = new ArrayList<>();
        for (int index = 0; index < 10_000 * (ROUNDS + 1); index++) {
            batches.add(batch(set, 10, index * 7919L, 1));
        }
        IgniteCache<Long, BinaryObject> cache = ignite.cache(set.name()).<Long, BinaryObject>withKeepBinary();
        BinaryObject row = cache.get(1L);
        report("put, bare", 10_000, 1, index -> cache.put((long) (index % ENTITIES), row));
        int[] next = {0};
        report("merge 1 row x 10 features", 10_000, 1, index -> store.merge(set, batches.get(next[0]++)));
    }

    private void mergeMany(String what, FeatureSet set, int threads, boolean known) throws InterruptedException {
        List<FeatureBatch> batches = new ArrayList<>();
        int perRound = 8;
        for (int index = 0; index < perRound * (known ? 1 : ROUNDS + 1); index++) {
            batches.add(batch(set, 10, index * (long) BATCH, BATCH));
        }
        List<Long> nanos = new ArrayList<>();
        List<Long> processor = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
            int from = known ? 0 : round * perRound;
            long start = System.nanoTime();
            AtomicLong spent = new AtomicLong();
            CountDownLatch done = new CountDownLatch(threads);
            for (int thread = 0; thread < threads; thread++) {
                int first = thread;
                Thread.ofPlatform().start(() -> {
                    for (int index = first; index < perRound; index += threads) {
                        store.merge(set, batches.get(from + index));
                    }
                    spent.addAndGet(processorNanos());
                    done.countDown();
                });
            }
            done.await();
            nanos.add(System.nanoTime() - start);
            processor.add(spent.get() / ((long) perRound * BATCH));
        }
        System.out.printf(
                "%-40s %,10d rows/s (%d threads, batches of %d x 10 features), processor %,d ns a row%n",
                what, perRound * (BATCH * 1_000_000_000L) / median(nanos), threads, BATCH, median(processor));
    }

    /** What loading would be with a data streamer whose receiver runs the same merge. */
    private void stream(FeatureSet set) {
        RowLayout layout = RowLayout.of(set);
        byte[] encoded = layout.encode();
        int batches = 8;
        List<Long> nanos = new ArrayList<>();
        try (IgniteDataStreamer<Object, Object> streamer = ignite.dataStreamer(set.name())) {
            streamer.allowOverwrite(true);
            streamer.keepBinary(true);
            streamer.receiver(new Merging(encoded));
            for (int round = 0; round <= ROUNDS; round++) {
                List<FeatureBatch> rows = new ArrayList<>();
                for (int index = 0; index < batches; index++) {
                    rows.add(batch(set, 10, index * (long) BATCH, BATCH));
                }
                long start = System.nanoTime();
                for (FeatureBatch batch : rows) {
                    ObservationReader reader = new ObservationReader(
                            set,
                            batch,
                            ResolverVersions.NONE,
                            ErasureList.EMPTY,
                            new io.featuregrid.gridnode.store.StoredValues(new BinaryStructs(ignite.binary())));
                    for (int row = 0; row < batch.rows(); row++) {
                        streamer.addData(
                                (Object) reader.keys().getFirst().longAt(row),
                                new RowMergeProcessor(layout, Objects.requireNonNull(reader.change(row))));
                    }
                    streamer.flush();
                }
                nanos.add(System.nanoTime() - start);
            }
        }
        System.out.printf(
                "%-40s %,10d rows/s%n",
                "data streamer, newer values", batches * (BATCH * 1_000_000_000L) / median(nanos));
    }

    // A record is what Ignite writes for other nodes, and here there are none.
    @SuppressWarnings({"ArrayRecordComponent", "serial"})
    private record Merging(byte[] layout) implements StreamReceiver<Object, Object> {
        @Override
        public void receive(IgniteCache<Object, Object> cache, Collection<Map.Entry<Object, Object>> entries) {
            IgniteCache<Object, BinaryObject> rows = cache.withKeepBinary();
            for (Map.Entry<Object, Object> entry : entries) {
                rows.invoke(entry.getKey(), (RowMergeProcessor) entry.getValue(), layout);
            }
        }
    }

    private void sizes(FeatureSet set) {
        IgniteCache<Long, BinaryObject> cache = ignite.cache(set.name()).<Long, BinaryObject>withKeepBinary();
        BinaryObject row = cache.get(1L);
        byte[] stamps = row.field(RowDefinition.STAMPS);
        System.out.printf(
                "%-40s %,10d bytes, of them %d of stamps%n",
                "a row of " + set.carried().size() + " features",
                ((org.apache.ignite.internal.binary.BinaryObjectEx) row).bytes().length,
                stamps.length);
    }

    private interface Operation {
        void run(int index);
    }

    private static void report(String what, int operations, int rows, Operation operation) {
        List<Long> nanos = new ArrayList<>();
        List<Long> processor = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
            long start = System.nanoTime();
            long processorStart = processorNanos();
            for (int index = 0; index < operations; index++) {
                operation.run(index);
            }
            nanos.add((System.nanoTime() - start) / ((long) operations * rows));
            processor.add((processorNanos() - processorStart) / ((long) operations * rows));
        }
        System.out.printf("%-40s %,10d ns, processor %,d ns%n", what, median(nanos), median(processor));
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Of all rounds but the first. */
    private static long median(List<Long> nanos) {
        List<Long> sorted = nanos.subList(1, nanos.size()).stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
