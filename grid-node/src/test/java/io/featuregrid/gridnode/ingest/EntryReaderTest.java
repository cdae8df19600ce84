package io.featuregrid.gridnode.ingest;

import static io.featuregrid.gridnode.ingest.Rows.MISSING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.RemovedSet;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationLog.SetRows;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An entry of the log means what it meant when it was written, whatever became of the catalog. */
class EntryReaderTest {
    private static final UploadRecord.Stamps STAMPS = new UploadRecord.Stamps(50, 40, 1L << 48);

    private final BufferAllocator allocator = new RootAllocator();
    private final FeatureSet before = Rows.set(
            "user",
            1,
            List.of("id"),
            Rows.feature("id", 1, FeatureType.INT64),
            Rows.feature("score", 2, FeatureType.INT64),
            Rows.feature("city", 3, FeatureType.STRING));

    @AfterEach
    void nothingIsLeftAllocated() {
        allocator.close();
    }

    @Test
    void rowsAreStamped() {
        FeatureBatch read =
                read(before, List.of(List.of(30L, false, 7L, 1L, "null"), List.of(MISSING, true, 7L, MISSING, "x")));

        assertThat(read.names())
                .containsExactly(
                        "id",
                        "score",
                        "city",
                        ObservationColumns.OBSERVED_AT,
                        ObservationColumns.INSERTED_AT,
                        ObservationColumns.SEQUENCE,
                        ObservationColumns.ORIGIN,
                        ObservationColumns.TOMBSTONE);
        assertThat(cells(read, 0))
                .containsExactly(
                        "7",
                        "1",
                        "null",
                        "1970-01-01T00:00:00.000030Z",
                        "1970-01-01T00:00:00.000050Z",
                        Long.toString(1L << 48),
                        "2",
                        "false");
        assertThat(cells(read, 1))
                .containsExactly(
                        "7",
                        "MISSING",
                        "\"x\"",
                        "1970-01-01T00:00:00.000040Z",
                        "1970-01-01T00:00:00.000050Z",
                        Long.toString((1L << 48) + 1),
                        "2",
                        "true");
    }

    @Test
    void aFeatureIsKnownByItsNumber() {
        FeatureSet after = Rows.set(
                "user",
                1,
                List.of("id"),
                Rows.feature("id", 1, FeatureType.INT64),
                Rows.feature("points", 2, FeatureType.INT64),
                Rows.feature("city", 4, FeatureType.INT64));

        FeatureBatch read = read(after, List.of(List.of(30L, false, 7L, 1L, "oslo")));

        // score has another name now, and this city is another feature than that one was.
        assertThat(read.names()).startsWith("id", "points", ObservationColumns.OBSERVED_AT);
    }

    @Test
    void aTombstoneOfNothingButRemovedFeaturesIsNoTombstoneOfAll() {
        FeatureSet after = Rows.set(
                "user",
                1,
                List.of("id"),
                Rows.feature("id", 1, FeatureType.INT64),
                Rows.feature("score", 2, FeatureType.INT64));

        FeatureBatch read = read(
                after,
                List.of(
                        List.of(1L, true, 1L, MISSING, "x"),
                        List.of(2L, true, 2L, 5L, "x"),
                        List.of(3L, true, 3L, MISSING, MISSING),
                        List.of(4L, false, 4L, MISSING, "x")));

        Column keys = read.column(0);
        assertThat(List.of(keys.longAt(0), keys.longAt(1), keys.longAt(2))).containsExactly(2L, 3L, 4L);
        assertThat(read.rows()).isEqualTo(3);
    }

    @Test
    void versionsAndWhetherRowsAreForTheirOnlineRowsTravelWithAnEntry() {
        SetRows rows = Rows.of(before, List.of("id", "score"), List.of(List.of(1L, false, 1L, 2L)));
        ResolverVersions versions = ResolverVersions.of(Map.of(2, 7));
        for (boolean online : new boolean[] {true, false}) {
            SetRows computed = new SetRows(before, rows.observations(), versions, online);
            EntryReader.Logged logged = logged(before, computed);
            assertThat(logged.versions()).isEqualTo(versions);
            assertThat(logged.online()).isEqualTo(online);
            assertThat(logged.rows().column(1).longAt(0)).isEqualTo(2);
        }
        assertThat(logged(before, rows).versions()).isEqualTo(ResolverVersions.NONE);
        assertThat(logged(before, rows).online()).isTrue();
    }

    @Test
    void aRemovedSetIsToldFromOneThatIsNotKnownYet() {
        Catalog catalog = new Catalog(4, 3, List.of(before), List.of(new RemovedSet("gone", 2, 2, 1, List.of())));

        assertThat(EntryReader.set(catalog, 1)).contains(before);
        assertThat(EntryReader.set(catalog, 2)).isEmpty();
        assertThatThrownBy(() -> EntryReader.set(catalog, 3))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageContaining("set number 3, which catalog version 4 does not know");
    }

    @Test
    void onlyTheExactWordBreaksARule() {
        assertThat(BrokenRule.ofProperty("log")).isEqualTo(BrokenRule.DELETE_BEFORE_READING);
        assertThat(BrokenRule.ofProperty("LOG")).isEqualTo(BrokenRule.NONE);
        assertThat(BrokenRule.ofProperty("")).isEqualTo(BrokenRule.NONE);
        assertThat(BrokenRule.ofProperty(null)).isEqualTo(BrokenRule.NONE);
    }

    private FeatureBatch read(FeatureSet after, List<List<Object>> rows) {
        return logged(after, Rows.of(before, List.of("id", "score", "city"), rows))
                .rows();
    }

    private EntryReader.Logged logged(FeatureSet after, SetRows rows) {
        UploadSplit split = UploadSplit.of(Rows.upload(null, rows), STAMPS, new OnePartition());
        List<LogEntry> entries = split.entries(null, 1, STAMPS, allocator);
        assertThat(entries).hasSize(1);
        return new EntryReader(allocator).read(after, entries.getFirst());
    }

    private static List<String> cells(FeatureBatch batch, int row) {
        return batch.columns().stream().map(column -> column.describe(row)).toList();
    }

    /** A grid with room for everything in one place. */
    private static final class OnePartition implements Partitions {
        @Override
        public String self() {
            return "self";
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public int partition(FeatureSet set, List<Column> keys, int row) {
            return 0;
        }

        @Override
        public String owner(int partition) {
            return "self";
        }

        @Override
        public long version() {
            return 1;
        }

        @Override
        public String committer(FeatureSet set) {
            return "self";
        }

        @Override
        public boolean alive(String node) {
            return true;
        }
    }
}
