package io.featuregrid.gridnode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.execute.ErasureList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Merges in any grouping and through bytes, against rows that know nothing of pointers. */
class RowMergeTest {
    private static final int HIGHEST = 140;

    private record Event(Stamp stamp, boolean tombstone, List<Integer> carried) {
        RowStamps row() {
            return tombstone
                    ? rowWithoutVersions()
                    : RowStamps.ofComputed(stamp, origin(), numbers(), carried.size(), versions());
        }

        /** The same as it comes back from history. */
        RowStamps rowWithoutVersions() {
            return RowStamps.ofObservation(stamp, origin(), tombstone, numbers(), carried.size());
        }

        private ResolverVersions versions() {
            return ResolverVersions.of(
                    carried.stream().collect(Collectors.toMap(number -> number, number -> version(stamp, number))));
        }

        private int[] numbers() {
            return carried.stream().mapToInt(number -> number).toArray();
        }

        private int origin() {
            return (int) (stamp.sequence() % 5) + 1;
        }

        static int version(Stamp stamp, int number) {
            return (int) (stamp.sequence() + number) % 3 * 100;
        }
    }

    /** The naive row: a stamp a feature. */
    private static final class Naive {
        private final Map<Integer, Stamp> values = new TreeMap<>();
        private final Map<Integer, Stamp> tombstones = new TreeMap<>();
        private @Nullable Stamp all;
        private @Nullable Stamp newest;

        void add(Event event) {
            if (event.tombstone && event.carried.isEmpty()) {
                all = max(all, event.stamp);
            }
            if (!event.tombstone) {
                newest = max(newest, event.stamp);
            }
            for (int number : event.carried) {
                Map<Integer, Stamp> into = event.tombstone ? tombstones : values;
                into.put(number, max(into.get(number), event.stamp));
            }
        }

        /** By number: the stamp that decides, negative numbers for tombstones. */
        Map<Integer, Stamp> decided() {
            Map<Integer, Stamp> decided = new TreeMap<>();
            for (int number = 1; number <= HIGHEST; number++) {
                Stamp value = values.get(number);
                Stamp tombstone = tombstones.get(number);
                Stamp greatest =
                        value == null || (tombstone != null && tombstone.compareTo(value) > 0) ? tombstone : value;
                if (greatest != null && (all == null || greatest.compareTo(all) > 0)) {
                    decided.put(greatest.equals(value) ? number : -number, greatest);
                }
            }
            return decided;
        }

        private static Stamp max(@Nullable Stamp left, Stamp right) {
            return left == null || right.compareTo(left) > 0 ? right : left;
        }
    }

    @TestFactory
    Stream<DynamicTest> anyGroupingIsTheNaiveRow() {
        return Seeds.tests(1, 300, seed -> {
            Random random = new Random(seed);
            List<Event> events = events(random);
            Naive naive = new Naive();
            events.forEach(naive::add);
            List<RowStamps> rows =
                    new ArrayList<>(events.stream().map(Event::row).toList());
            events.stream()
                    .filter(event -> random.nextInt(4) == 0)
                    .map(event -> random.nextBoolean() ? event.row() : event.rowWithoutVersions())
                    .forEach(rows::add);
            Collections.shuffle(rows, random);
            while (rows.size() > 1) {
                RowStamps left = rows.remove(random.nextInt(rows.size()));
                RowStamps right = rows.remove(random.nextInt(rows.size()));
                rows.add(throughBytes(RowMerge.of(left, right, RowMerge.all()).stamps()));
            }
            RowStamps row = rows.getFirst();

            assertThat(decided(row)).isEqualTo(naive.decided());
            assertThat(versions(row)).isEqualTo(versionsOf(naive.decided()));
            assertThat(stamp(row, row.tombstone())).isEqualTo(naive.all);
            assertThat(stamp(row, row.newest())).isEqualTo(naive.newest);
            assertThat(IntStream.rangeClosed(1, row.count()).mapToObj(row::stamp))
                    .as("distinct and ascending")
                    .isSorted()
                    .doesNotHaveDuplicates();
            for (Event event : events) {
                RowMerge again = RowMerge.of(row, event.row(), RowMerge.all());
                assertThat(again.changed()).isFalse();
                assertThat(again.stamps().encode()).isEqualTo(row.encode());
                RowMerge fromHistory = RowMerge.of(row, event.rowWithoutVersions(), RowMerge.all());
                assertThat(fromHistory.changed()).isFalse();
                assertThat(fromHistory.stamps().encode()).isEqualTo(row.encode());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> anErasureLeavesWhatIsAboveItsMark() {
        return Seeds.tests(1, 100, seed -> {
            Random random = new Random(seed);
            RowStamps row = new RowStamps();
            for (Event event : events(random)) {
                row = RowMerge.of(row, event.row(), RowMerge.all()).stamps();
            }
            Stamp mark = new Stamp(0, random.nextInt(4), random.nextInt(40));
            Map<Integer, Stamp> left = decided(row);
            left.values().removeIf(stamp -> ErasureList.hides(mark, stamp.insertedAt(), stamp.sequence()));
            RowMerge erased = RowMerge.erasing(row, mark, RowMerge.all());

            assertThat(decided(throughBytes(erased.stamps()))).isEqualTo(left);
            assertThat(versions(throughBytes(erased.stamps()))).isEqualTo(versionsOf(left));
            assertThat(RowMerge.erasing(erased.stamps(), mark, RowMerge.all()).changed())
                    .isFalse();
        });
    }

    @TestFactory
    Stream<DynamicTest> featuresThatTheRowNoLongerHasAreDropped() {
        return Seeds.tests(1, 20, seed -> {
            Random random = new Random(seed);
            RowStamps row = new RowStamps();
            for (Event event : events(random)) {
                row = RowMerge.of(row, event.row(), RowMerge.all()).stamps();
            }
            Stamp newest = stamp(row, row.newest());
            RowStamps change = new Event(new Stamp(99, 99, 99), true, List.of(2)).row();
            RowStamps even = RowMerge.of(row, change, number -> number % 2 == 0).stamps();

            assertThat(decided(even).keySet())
                    .allMatch(number -> number % 2 == 0)
                    .contains(-2);
            assertThat(stamp(throughBytes(even), even.newest())).isEqualTo(newest);
        });
    }

    private static List<Event> events(Random random) {
        List<Event> events = new ArrayList<>();
        int count = 1 + random.nextInt(12);
        int features = random.nextInt(5) == 0 ? HIGHEST : 4;
        for (int index = 0; index < count; index++) {
            List<Integer> carried = random.ints(random.nextInt(5) == 0 ? 0 : 3, 1, features + 1)
                    .sorted()
                    .distinct()
                    .boxed()
                    .toList();
            Stamp stamp = new Stamp(random.nextInt(5), random.nextInt(3), random.nextInt(3) * 16L + index);
            events.add(new Event(stamp, random.nextInt(3) == 0, carried));
        }
        return events;
    }

    private static Map<Integer, Stamp> decided(RowStamps row) {
        Map<Integer, Stamp> decided = new TreeMap<>();
        for (int number = 1; number <= row.highest(); number++) {
            int pointer = row.pointer(number);
            if (pointer != 0) {
                decided.put(RowStamps.isTombstone(pointer) ? -number : number, row.stamp(RowStamps.index(pointer)));
            }
        }
        return decided;
    }

    /** The version of each feature that has a value. */
    private static Map<Integer, Integer> versions(RowStamps row) {
        Map<Integer, Integer> versions = new TreeMap<>();
        for (int number = 1; number <= row.highest(); number++) {
            int pointer = row.pointer(number);
            if (pointer != 0 && !RowStamps.isTombstone(pointer)) {
                versions.put(number, row.version(number));
            } else {
                assertThat(row.version(number)).isZero();
            }
        }
        return versions;
    }

    private static Map<Integer, Integer> versionsOf(Map<Integer, Stamp> decided) {
        Map<Integer, Integer> versions = new TreeMap<>();
        decided.forEach((number, stamp) -> {
            if (number > 0) {
                versions.put(number, Event.version(stamp, number));
            }
        });
        return versions;
    }

    private static @Nullable Stamp stamp(RowStamps row, int index) {
        return index == 0 ? null : row.stamp(index);
    }

    private static RowStamps throughBytes(RowStamps row) {
        RowStamps read = new RowStamps();
        read.decode(row.encode());
        return read;
    }
}
