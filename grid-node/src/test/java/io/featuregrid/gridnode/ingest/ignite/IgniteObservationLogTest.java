package io.featuregrid.gridnode.ingest.ignite;

import static io.featuregrid.gridnode.ingest.Rows.MISSING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.gridnode.ingest.EntryKey;
import io.featuregrid.gridnode.ingest.LogEntry;
import io.featuregrid.gridnode.ingest.LogSettings;
import io.featuregrid.gridnode.ingest.RecordedHistory;
import io.featuregrid.gridnode.ingest.Rows;
import io.featuregrid.gridnode.ingest.Segment;
import io.featuregrid.gridnode.ingest.UploadRecord;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.StampColumn;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.ObservationLog.Receipt;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.execute.ObservationLog.Upload;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.spi.discovery.tcp.ipfinder.TcpDiscoveryIpFinder;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on real Ignite nodes with disks. */
class IgniteObservationLogTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final FeatureSet user = Rows.set(
            "user",
            1,
            List.of("id"),
            Rows.feature("id", 1, FeatureType.INT64),
            Rows.feature("score", 2, FeatureType.INT64),
            Rows.feature("city", 3, FeatureType.STRING));
    private final FeatureSet pair = Rows.set(
            "pair",
            2,
            List.of("a", "b"),
            Rows.feature("a", 1, FeatureType.INT64),
            Rows.feature("b", 2, FeatureType.STRING),
            Rows.feature("value", 3, FeatureType.INT64));
    private final RecordedHistory history = new RecordedHistory();
    private final TcpDiscoveryIpFinder finder = new TcpDiscoveryVmIpFinder(true);

    @TempDir
    private Path folder;

    @Test
    void whatWasAcknowledgedOutlivesTheProcessAndComesIntoHistoryOnce() {
        Receipt one;
        Receipt many;
        try (IgniteNode node = node(1, new HeapOnlineStore(), quiet(), 0)) {
            one = node.log().append(Rows.upload(null, users(0, 1)));
            many = node.log().append(Rows.upload("m", users(1, 200), pairs(50)));
            assertThat(node.log().undrained(List.of(user, pair))).isEqualTo(251);
            assertThat(history.ids(user)).isEmpty();
        }
        HeapOnlineStore empty = new HeapOnlineStore();
        try (IgniteNode node = node(1, empty, quiet(), 0)) {
            // Merged again: this store has forgotten everything.
            assertThat(scores(empty, 201))
                    .isEqualTo(
                            IntStream.range(0, 201).mapToObj(Integer::toString).toList());

            Receipt again = node.log().append(Rows.upload("m", users(1, 200), pairs(50)));
            node.log().drain(List.of(user, pair), LIMIT);

            assertThat(one.observations()).isEqualTo(1);
            assertThat(again).isEqualTo(many);
            assertThat(history.ids(user)).hasSize(201).doesNotHaveDuplicates();
            assertThat(history.ids(pair)).hasSize(50).doesNotHaveDuplicates();
            assertThat(node.log().undrained(List.of(user, pair))).isZero();
            assertThat(node.ignite().cache(LogCaches.LOG).size()).isZero();
        }
    }

    @Test
    void whatIsMergedAgainAfterACrashKeepsItsVersionsAndWhatIsForHistoryOnlyStaysSo() {
        ResolverVersions versions = ResolverVersions.of(Map.of(2, 7));
        Upload computed = Rows.upload(
                null,
                new SetRows(user, users(0, 30).observations(), versions, true),
                new SetRows(user, users(30, 30).observations(), versions, false));
        Upload single = Rows.upload(null, new SetRows(user, users(60, 1).observations(), versions, false));
        HeapOnlineStore before = new HeapOnlineStore();
        try (IgniteNode node = node(1, before, quiet(), 0)) {
            node.log().append(computed);
            node.log().append(single);
        }
        HeapOnlineStore after = new HeapOnlineStore();
        try (IgniteNode node = node(1, after, quiet(), 0)) {
            for (HeapOnlineStore online : List.of(before, after)) {
                assertThat(scores(online, 61))
                        .isEqualTo(IntStream.range(0, 61)
                                .mapToObj(row -> row < 30 ? Integer.toString(row) : "MISSING")
                                .toList());
                assertThat(versionsOfScores(online, 30)).containsOnly(7);
            }
            node.log().drain(List.of(user), LIMIT);
            assertThat(history.ids(user)).hasSize(61).doesNotHaveDuplicates();
        }
    }

    @Test
    void writersAndDrainsAtTheSameTimeLoseAndRepeatNothing() throws Exception {
        int writers = 4;
        int writes = 60;
        try (IgniteNode node = node(1, new HeapOnlineStore(), quiet(), 0);
                ExecutorService threads = Executors.newFixedThreadPool(writers + 2)) {
            List<Future<?>> running = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int from = writer * 1_000;
                running.add(threads.submit(() -> {
                    for (int write = 0; write < writes; write++) {
                        String id = write % 3 == 0 ? from + "/" + write : null;
                        Upload upload = Rows.upload(id, users(from + write * 2, 1 + write % 2));
                        Receipt receipt = node.log().append(upload);
                        if (id != null) {
                            assertThat(node.log().append(upload)).isEqualTo(receipt);
                        }
                    }
                }));
            }
            for (int drainer = 0; drainer < 2; drainer++) {
                running.add(threads.submit(() -> {
                    for (int drain = 0; drain < 5; drain++) {
                        node.log().drain(List.of(user), LIMIT);
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            node.log().drain(List.of(user), LIMIT);

            assertThat(history.ids(user)).hasSize(writers * writes * 3 / 2).doesNotHaveDuplicates();
            assertThat(node.log().undrained(List.of(user))).isZero();
        }
    }

    @Test
    void anIdIsTakenForOneWriteOnly() {
        try (IgniteNode node = node(1, new HeapOnlineStore(), quiet(), 0)) {
            Receipt first = node.log().append(Rows.upload("x", users(0, 3)));

            assertThat(node.log().append(Rows.upload("x", users(0, 3)))).isEqualTo(first);
            assertThatThrownBy(() -> node.log().append(Rows.upload("x", users(0, 4))))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("CONFLICT: ingest_id \"x\" was used for a write of 3 rows");
            node.log().drain(List.of(user), LIMIT);
            assertThat(history.ids(user)).hasSize(3);
        }
    }

    @Test
    void aFullLogRefusesAndAHistoryOutOfOrderLosesNothing() {
        history.setBroken(true);
        try (IgniteNode node = node(1, new HeapOnlineStore(), quiet().withLogBytes(40_000), 0)) {
            List<Receipt> accepted = new ArrayList<>();
            FeatureGridException refused = null;
            for (int row = 0; refused == null; row++) {
                try {
                    accepted.add(node.log().append(Rows.upload(null, users(row, 1))));
                } catch (FeatureGridException full) {
                    refused = full;
                }
            }

            assertThat(refused.first().code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
            assertThatThrownBy(() -> node.log().drain(List.of(user), Duration.ofMillis(50)))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("UPSTREAM_FAILED: the observation log of [user] could not be brought");
            history.setBroken(false);
            node.log().drain(List.of(user), LIMIT);
            assertThat(history.ids(user)).hasSameSizeAs(accepted).doesNotHaveDuplicates();
        }
    }

    @Test
    void anEntryLiesWhereItsEntityLies() {
        try (IgniteNode node = node(1, new HeapOnlineStore(), quiet(), 0)) {
            Ignite ignite = node.ignite();
            CacheConfiguration<Object, Object> rows = new CacheConfiguration<>("rows");
            rows.setAffinity(new RendezvousAffinityFunction(false, IgniteNode.PARTITIONS));
            ignite.getOrCreateCache(rows);
            Affinity<Object> entities = ignite.affinity("rows");
            Affinity<Object> log = ignite.affinity(LogCaches.LOG);
            IgnitePartitions partitions = new IgnitePartitions(ignite, IgniteNode.PARTITIONS);
            FeatureBatch users = users(0, 300).observations();
            FeatureBatch pairs = pairs(300).observations();

            for (int row = 0; row < 300; row++) {
                int partition = partitions.partition(user, users.columns().subList(0, 1), row);
                assertThat(partition).isEqualTo(entities.partition((long) row));
                assertThat(log.partition(new CachedKey(new EntryKey(1, partition, row, row, 1))))
                        .isEqualTo(partition);
                Object key = ignite.binary()
                        .builder("pair.key")
                        .setField("a", (long) row)
                        .setField("b", "b" + row)
                        .build();
                assertThat(partitions.partition(pair, pairs.columns().subList(0, 2), row))
                        .isEqualTo(entities.partition(key));
            }
            assertThat(partitions.partition(user, List.of(), 0)).isEqualTo(entities.partition(0L));
        }
    }

    @Test
    void recordsCompareAndSet() {
        try (IgniteNode node = node(1, new HeapOnlineStore(), quiet(), 0)) {
            LogCaches caches = new LogCaches(node.ignite(), IgniteNode.PARTITIONS, 0);
            IgniteUploadRecords uploads = new IgniteUploadRecords(caches.uploads());
            UploadRecord first = new UploadRecord(
                    "id:a",
                    new UploadRecord.Stamps(1, 2, 3),
                    new UploadRecord.Content(4, 5),
                    new UploadRecord.Attempt(1, "n", 6),
                    UploadRecord.State.PREPARED);
            UploadRecord logged = state(first, UploadRecord.State.LOGGED);
            UploadRecord other = state(first, UploadRecord.State.ABORTED);
            assertThat(uploads.create(first)).isTrue();
            assertThat(uploads.create(logged)).isFalse();
            assertThat(uploads.replace(logged, other)).isFalse();
            assertThat(uploads.replace(first, logged)).isTrue();
            assertThat(uploads.replace(first, other)).isFalse();
            assertThat(uploads.get("id:a")).isEqualTo(logged);
            assertThat(uploads.begunBefore(7, 6)).isEmpty();
            assertThat(uploads.begunBefore(0, 7)).containsExactly(logged);
            uploads.remove(first);
            assertThat(uploads.get("id:a")).isEqualTo(logged);
            uploads.remove(logged);
            assertThat(uploads.get("id:a")).isNull();

            IgniteSegmentRecords segments = new IgniteSegmentRecords(caches.segments());
            Segment open = new Segment(9, 1, 1, List.of(new EntryKey(9, 1, 5, 6, 1)));
            Segment next = new Segment(9, 1, 2, List.of(new EntryKey(9, 1, 7, 8, 1)));
            assertThat(segments.create(open)).isTrue();
            assertThat(segments.create(next)).isFalse();
            assertThat(segments.replace(next, open.close())).isFalse();
            assertThat(segments.replace(open, open.close())).isTrue();
            assertThat(segments.replace(open, next)).isFalse();
            assertThat(segments.get(9, 1)).isEqualTo(open.close());
        }
    }

    @Test
    void theStoreScansAPartition() {
        try (IgniteNode node = node(1, new HeapOnlineStore(), quiet(), 0)) {
            IgniteLogStore store = new IgniteLogStore(new LogCaches(node.ignite(), IgniteNode.PARTITIONS, 0).log());
            LogEntry entry = new LogEntry(new EntryKey(7, 5, 1, 2, 3), "id:u", 4, new byte[] {1, 2, 3});
            LogEntry elsewhere = new LogEntry(new EntryKey(7, 6, 1, 2, 3), null, 4, new byte[] {1});
            store.put(entry);
            store.put(elsewhere);

            assertThat(store.scan(5)).containsExactly(entry.summary());
            assertThat(store.getAll(List.of(entry.key(), elsewhere.key()))).hasSize(2);
            store.remove(List.of(entry.key(), elsewhere.key(), new EntryKey(1, 1, 1, 1, 1)));
            assertThat(store.scan(5)).isEmpty();
            assertThat(store.get(elsewhere.key())).isNull();
        }
    }

    @Test
    void nodesShareTheLogAndOneTakesOverFromAnother() {
        HeapOnlineStore online = new HeapOnlineStore();
        try (IgniteNode first = node(1, online, quiet(), 1)) {
            try (IgniteNode second = node(2, online, quiet(), 1)) {
                for (int row = 0; row < 40; row++) {
                    IgniteNode either = row % 2 == 0 ? first : second;
                    either.log().append(Rows.upload(row % 5 == 0 ? "w" + row : null, users(row * 3, 3)));
                }
                assertThat(new HashSet<>(scores(online, 120))).hasSize(120);
                second.log().drain(List.of(user), LIMIT);
                assertThat(history.ids(user)).hasSize(120).doesNotHaveDuplicates();
                for (int row = 40; row < 60; row++) {
                    second.log().append(Rows.upload(null, users(row * 3, 3)));
                }
            }
            first.log().drain(List.of(user), LIMIT);
            assertThat(history.ids(user)).hasSize(180).doesNotHaveDuplicates();
        }
    }

    private IgniteNode node(int number, HeapOnlineStore online, LogSettings settings, int backups) {
        online.prepare(user);
        online.prepare(pair);
        Catalog catalog = new Catalog(1, 3, List.of(user, pair), List.of());
        return new IgniteNode(
                folder,
                number,
                finder,
                new IgniteNode.World(IgniteNode.World.fixed(catalog), online, history, settings, backups));
    }

    /** Nothing is drained unless it is asked for. */
    private static LogSettings quiet() {
        return LogSettings.defaults().withSegment(new LogSettings.SegmentLimits(64 << 20, Duration.ofHours(1), 1_000));
    }

    private static UploadRecord state(UploadRecord record, UploadRecord.State state) {
        return new UploadRecord(record.id(), record.stamps(), record.content(), record.attempt(), state);
    }

    private SetRows users(int from, int count) {
        List<List<Object>> rows = new ArrayList<>();
        for (int row = from; row < from + count; row++) {
            rows.add(List.of(1_000L + row, false, (long) row, (long) row, row % 3 == 0 ? MISSING : "city " + row));
        }
        return Rows.of(user, List.of("id", "score", "city"), rows);
    }

    private SetRows pairs(int count) {
        List<List<Object>> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            rows.add(List.of(MISSING, false, (long) row, "b" + row, (long) row));
        }
        return Rows.of(pair, List.of("a", "b", "value"), rows);
    }

    private OnlineRows read(HeapOnlineStore online, int count) {
        FeatureBatch keys = users(0, count).observations();
        OnlineRead read =
                OnlineRead.ofAnyAge(user, List.of(user.feature("score").orElseThrow()), Long.MAX_VALUE / 2, true);
        return online.read(read, FeatureBatch.onHeap(List.of("id"), List.of(keys.column(0)), count));
    }

    private List<Integer> versionsOfScores(HeapOnlineStore online, int count) {
        List<StampColumn> stamps = Objects.requireNonNull(read(online, count).stamps());
        return IntStream.range(0, count).mapToObj(stamps.getFirst()::version).toList();
    }

    private List<String> scores(HeapOnlineStore online, int count) {
        FeatureBatch values = read(online, count).values();
        return IntStream.range(0, count)
                .mapToObj(row -> values.column(0).describe(row))
                .toList();
    }
}
