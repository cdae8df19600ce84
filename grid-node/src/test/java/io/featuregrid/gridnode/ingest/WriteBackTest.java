package io.featuregrid.gridnode.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import io.featuregrid.planner.execute.ObservationLog.Upload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is written back is logged once, in order, joined where that changes nothing; what is not is counted. */
class WriteBackTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final ResolverVersions SEVEN = ResolverVersions.of(Map.of(2, 7));
    private static final WriteBack.Limits LIMITS = new WriteBack.Limits(1_000, 1 << 20, 100, 1 << 16, LONG, LONG);

    private final FeatureSet user = Rows.set(
            "user",
            1,
            List.of("id"),
            Rows.feature("id", 1, FeatureType.INT64),
            Rows.feature("score", 2, FeatureType.INT64),
            Rows.feature("city", 3, FeatureType.STRING));
    private final MetricRegistry metrics = new MetricRegistry();

    /** A log that can be held up and told to fail. */
    private static final class HeldLog implements ObservationLog {
        private final List<Upload> appended = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open;
        private final List<RuntimeException> failures = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean full;

        HeldLog(boolean held) {
            open = new CountDownLatch(held ? 1 : 0);
        }

        @Override
        public Receipt append(Upload upload) {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException interrupted) {
                throw new FeatureGridException(ErrorCode.CANCELLED, "interrupted", interrupted);
            }
            if (full) {
                throw Refusal.full("full");
            }
            if (!failures.isEmpty()) {
                throw failures.removeFirst();
            }
            appended.add(upload);
            return new Receipt(1, 1);
        }
    }

    @Test
    void smallUploadsThatWaitBecomeOneAppend() throws InterruptedException {
        HeldLog log = new HeldLog(true);
        try (WriteBack back = WriteBack.start(log, LIMITS, metrics)) {
            back.later(upload(SEVEN, true, 0, 1));
            log.reached.await();
            // What comes while the first is being logged.
            back.later(upload(SEVEN, true, 1, 2));
            back.later(Rows.upload(null, tombstone(500)));
            back.later(upload(SEVEN, true, 3, 60));
            back.later(upload(SEVEN, true, 63, 40));
            back.later(upload(SEVEN, true, 103, 1));
            back.later(upload(SEVEN, false, 104, 1));
            back.later(upload(ResolverVersions.of(Map.of(2, 8)), false, 105, 1));
            back.later(new Upload(
                    "named", Origin.QUERY, upload(SEVEN, true, 106, 1).sets()));
            back.later(new Upload(
                    "other", Origin.QUERY, upload(SEVEN, true, 107, 1).sets()));
            assertThat(back.depth()).isEqualTo(109);
            log.open.countDown();
            back.flush(LONG);

            assertThat(log.appended.stream().map(WriteBackTest::rows))
                    .containsExactly(1L, 2L, 1L, 100L, 1L, 1L, 1L, 1L, 1L);
            SetRows joined = log.appended.get(3).sets().getFirst();
            assertThat(joined.versions()).isEqualTo(SEVEN);
            assertThat(ids(log))
                    .hasSize(109)
                    .filteredOn(id -> id != 500)
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(log.appended.get(5).sets().getFirst().online()).isFalse();
            assertThat(log.appended.getLast().ingestId()).isEqualTo("other");
            assertThat(metrics.counter("writeback.written").getCount()).isEqualTo(109);
            assertThat(metrics.gauge("writeback.depth").getValue()).isEqualTo(0L);
        }
    }

    @Test
    void joinedRowsAreTheRowsThatWereGiven() {
        for (long seed = 1; seed <= 100; seed++) {
            Random random = new Random(seed);
            List<JoinedUpload> uploads = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int index = 1 + random.nextInt(5); index > 0; index--) {
                FeatureBatch batch = randomBatch(random);
                expected.addAll(text(batch));
                uploads.add(JoinedUpload.of(Rows.upload(null, new SetRows(user, batch, SEVEN, true))));
            }
            JoinedUpload joined = JoinedUpload.join(uploads);
            FeatureBatch batch = joined.upload().sets().getFirst().observations();

            assertThat(uploads).as("seed %d", seed).allMatch(one -> one.joins(uploads.getFirst()));
            assertThat(text(batch)).as("seed %d", seed).isEqualTo(expected);
            assertThat(batch.names().getFirst()).isEqualTo("id");
            assertThat(joined.rows()).isEqualTo(batch.rows());
        }
    }

    @Test
    void aFullQueueRefusesAndAFullLogIsWaitedFor() throws InterruptedException {
        HeldLog log = new HeldLog(false);
        log.full = true;
        WriteBack.Limits few = new WriteBack.Limits(10, 1 << 20, 1, 1 << 16, LONG, LONG);
        try (WriteBack back = WriteBack.start(log, few, metrics)) {
            // Larger than the queue: let in where nothing waits, else nobody could ever write it.
            back.later(upload(SEVEN, true, 0, 11));
            log.reached.await();
            assertThatThrownBy(() -> back.later(upload(SEVEN, true, 11, 1)))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("RESOURCE_EXHAUSTED: 1 computed rows are not stored: 11 rows of");
            assertThat(metrics.counter("writeback.refused").getCount()).isEqualTo(1);
            assertThatThrownBy(() -> back.flush(Duration.ofMillis(1)))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("UPSTREAM_FAILED: 11 computed rows were not logged within PT0.001S");
            log.full = false;
            back.flush(LONG);
            back.later(upload(SEVEN, true, 11, 10));
            back.flush(LONG);
        }

        assertThat(ids(log)).hasSize(21).isSorted().doesNotHaveDuplicates();
        assertThat(metrics.counter("writeback.failed").getCount()).isZero();
    }

    @Test
    void aLogThatStaysFullLosesWhatIsCounted() {
        HeldLog log = new HeldLog(false);
        log.full = true;
        WriteBack.Limits impatient = new WriteBack.Limits(10, 1 << 20, 1, 1 << 16, Duration.ZERO, LONG);
        try (WriteBack back = WriteBack.start(log, impatient, metrics)) {
            back.later(upload(SEVEN, true, 0, 3));
            back.flush(LONG);
        }

        assertThat(metrics.counter("writeback.failed").getCount()).isEqualTo(3);
        assertThat(metrics.counter("writeback.written").getCount()).isZero();
    }

    @Test
    void aFailureIsCountedAndTheNextIsLogged() {
        HeldLog log = new HeldLog(false);
        log.failures.add(Refusal.upstream("the grid is away"));
        log.failures.add(new IllegalStateException("odd"));
        try (WriteBack back = WriteBack.start(log, LIMITS, metrics)) {
            for (int row = 0; row < 4; row++) {
                back.later(upload(SEVEN, true, row, 1));
                back.flush(LONG);
            }
        }

        assertThat(ids(log)).containsExactly(2L, 3L);
        assertThat(metrics.counter("writeback.failed").getCount()).isEqualTo(2);
        assertThat(metrics.counter("writeback.written").getCount()).isEqualTo(2);
    }

    @Test
    void aCloseLogsWhatWaitsAndTakesNoMore() {
        HeldLog log = new HeldLog(false);
        WriteBack back = WriteBack.start(log, LIMITS, metrics);
        for (int row = 0; row < 200; row++) {
            back.later(upload(SEVEN, true, row, 1));
        }
        back.close();

        assertThat(ids(log)).hasSize(200).isSorted();
        assertThatThrownBy(() -> back.later(upload(SEVEN, true, 0, 1)))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageStartingWith("CANCELLED: 1 computed rows are not stored");
    }

    @Test
    void aCloseThatTakesTooLongCountsWhatIsLost() throws InterruptedException {
        HeldLog log = new HeldLog(true);
        WriteBack.Limits hasty = new WriteBack.Limits(1_000, 1 << 20, 1, 1 << 16, LONG, Duration.ofMillis(1));
        WriteBack back = WriteBack.start(log, hasty, metrics);
        back.later(upload(SEVEN, true, 0, 5));
        log.reached.await();
        back.later(upload(SEVEN, true, 5, 6));
        back.close();
        // The interrupted append ends by itself, soon.
        back.flush(LONG);

        assertThat(log.appended).isEmpty();
        assertThat(metrics.counter("writeback.failed").getCount()).isEqualTo(11);
        assertThat(back.depth()).isZero();
    }

    @Test
    void manyThreadsLoseNothingAndEachKeepsItsOrder() throws Exception {
        HeldLog log = new HeldLog(false);
        int writers = 4;
        int each = 200;
        try (WriteBack back = WriteBack.start(log, LIMITS, metrics);
                ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Future<?>> running = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                long from = writer * 1_000L;
                running.add(threads.submit(() -> {
                    for (int row = 0; row < each; row++) {
                        back.later(upload(SEVEN, true, from + row, 1));
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            back.flush(LONG);

            List<Long> ids = ids(log);
            assertThat(ids).hasSize(writers * each).doesNotHaveDuplicates();
            for (long writer = 0; writer < writers; writer++) {
                long of = writer;
                assertThat(ids).filteredOn(id -> id / 1_000 == of).isSorted();
            }
        }
    }

    private Upload upload(ResolverVersions versions, boolean online, long from, int count) {
        List<List<Object>> rows = new ArrayList<>();
        for (long row = from; row < from + count; row++) {
            rows.add(List.of(1_000 + row, false, row, row));
        }
        SetRows all = Rows.of(user, List.of("id", "score"), rows);
        return new Upload(null, Origin.QUERY, List.of(new SetRows(user, all.observations(), versions, online)));
    }

    /** Of another origin than what is computed. */
    private SetRows tombstone(long id) {
        return Rows.of(user, List.of("id"), List.of(List.of(1L, true, id)));
    }

    private FeatureBatch randomBatch(Random random) {
        List<String> names = new ArrayList<>(List.of("id"));
        if (random.nextBoolean()) {
            names.add("score");
        }
        if (random.nextBoolean()) {
            names.add(1, "city");
        }
        List<List<Object>> rows = new ArrayList<>();
        for (int row = 1 + random.nextInt(4); row > 0; row--) {
            List<Object> cells = new ArrayList<>(List.of(random.nextLong(99), random.nextBoolean()));
            for (String name : names) {
                Object value = name.equals("city") ? "city " + random.nextInt(9) : (Object) random.nextLong(99);
                int state = name.equals("id") ? 2 : random.nextInt(4);
                cells.add(state == 0 ? Rows.MISSING : state == 1 ? "null" : value);
            }
            rows.add(cells);
        }
        FeatureBatch batch = Rows.of(user, names, rows).observations();
        int last = batch.names().size() - 1;
        return random.nextBoolean()
                ? batch
                : FeatureBatch.onHeap(
                        batch.names().subList(0, last), batch.columns().subList(0, last), batch.rows());
    }

    private static List<String> text(FeatureBatch batch) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < batch.rows(); row++) {
            List<String> cells = new ArrayList<>();
            for (String name : List.of("id", "score", "city", ObservationColumns.OBSERVED_AT)) {
                Column column = column(batch, name);
                cells.add(column == null ? "MISSING" : column.describe(row));
            }
            Column tombstone = column(batch, ObservationColumns.TOMBSTONE);
            cells.add(Boolean.toString(tombstone != null && tombstone.booleanAt(row)));
            rows.add(String.join(" ", cells));
        }
        return rows;
    }

    private static @Nullable Column column(FeatureBatch batch, String name) {
        int index = batch.names().indexOf(name);
        return index < 0 ? null : batch.column(index);
    }

    private static long rows(Upload upload) {
        return upload.sets().stream()
                .mapToLong(set -> set.observations().rows())
                .sum();
    }

    private static List<Long> ids(HeldLog log) {
        List<Long> ids = new ArrayList<>();
        for (Upload upload : log.appended) {
            FeatureBatch batch = upload.sets().getFirst().observations();
            for (int row = 0; row < batch.rows(); row++) {
                ids.add(batch.column(0).longAt(row));
            }
        }
        return ids;
    }
}
