package io.featuregrid.planner.batch.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is logged is read back, MISSING apart from null, and no memory is left behind. */
class ObservationStreamTest {
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingIsLeftAllocated() {
        allocator.close();
    }

    @Test
    void everyTypeAndStateComesBack() {
        for (long seed = 1; seed <= 30; seed++) {
            Random random = new Random(seed);
            int rows = random.nextInt(40);
            List<String> names = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            List<Column> columns = new ArrayList<>();
            for (ColumnType type : ColumnType.values()) {
                for (int states = 1; states <= 3; states++) {
                    names.add(type + " " + states);
                    numbers.add(random.nextInt(50));
                    columns.add(column(type, rows, states, random));
                }
            }
            FeatureBatch batch = FeatureBatch.onHeap(names, columns, rows);

            byte[] bytes = ObservationStream.write(new ObservationStream.Numbered(numbers, batch), allocator);
            ObservationStream.Numbered read = ObservationStream.read(bytes, allocator);

            assertThat(read.numbers()).as("seed %d", seed).isEqualTo(numbers);
            assertThat(read.batch().names()).as("seed %d", seed).isEqualTo(names);
            for (int index = 0; index < columns.size(); index++) {
                Column before = columns.get(index);
                Column after = read.batch().column(index);
                assertThat(after.type()).isEqualTo(before.type());
                assertThat(cells(after))
                        .as("seed %d, %s", seed, names.get(index))
                        .isEqualTo(cells(before));
            }
            assertThat(ObservationStream.write(read, allocator))
                    .as("seed %d", seed)
                    .isEqualTo(bytes);
        }
    }

    @Test
    void stringsThatDoNotBeginAtOffsetZeroComeBack() {
        ColumnBuilder builder = new ColumnBuilder(ColumnType.STRING, 3);
        for (int row = 0; row < 3; row++) {
            builder.setBytes(row, ("text " + row).getBytes(StandardCharsets.UTF_8));
        }
        Column all = builder.build();
        Column last = new Column(
                ColumnType.STRING,
                2,
                all.values(),
                java.util.Objects.requireNonNull(all.offsets()).asSlice(Integer.BYTES),
                null,
                null);
        FeatureBatch batch = FeatureBatch.onHeap(List.of("text"), List.of(last), 2);

        byte[] bytes = ObservationStream.write(new ObservationStream.Numbered(List.of(1), batch), allocator);

        assertThat(cells(ObservationStream.read(bytes, allocator).batch().column(0)))
                .containsExactly("\"text 1\"", "\"text 2\"");
    }

    /** An entry of the log as builds wrote it that knew format 1 only, compressed by gzip. */
    @Test
    void theOlderFormIsReadAndStillWritten() throws IOException {
        String older =
                "H4sIAAAAAAAA/31SzU7CQBCe5bc0aAj+hJPxyIFDjcZ4RI1REoFG6s0EBGok4acp1cjN+DQcfQQfwaNHH8EXkHW2O1vrik4zO52f"
                        + "ne/bneWc8+cEQAGEmLAKGVgBA/+EpGScmZBHY6BvhhagIsJhBcDbJ+cilqfYDmoG9Wbij64DWfOCiQrqnPZ0F5yvo+2jDiU2e8AV"
                        + "qUCZaqzFz74W9R3fjbquD2BTXvTJoTq1+knLOazbtD+YeS6QGNjFxKhB/AVSEtdL5xjPC9BuT7pT1793+21BGRJc8uuQIjK70vi9"
                        + "avx2NX4flC9Q/VGzeQ5LuD0ilhly8Hx36o57mHmK4ffDqjTraPg2/x/f49/4It5yLmqN09/4qfCT8d4gmAEUoYS3uoZWzb1I93yL"
                        + "6sn7YwHxsWjvO1/+DhQfMQMjNgPBK41aazj7e3/MzIAszQtYlfAGeCEIxctMcoIQcxPf7gb2TIX4HdVEveGkiWfKR29Y7JtTPyW5"
                        + "2D+LOEgpkC1p+e0IX4oVoUo50Oqrmn+m+baGp3rFeULMZ5qv55UkyWbJqnOxWI16A0Im0+Ekvk/VKX+LbJmsmIewX4lKxgVQBAAA";
        byte[] bytes;
        try (GZIPInputStream unzipped =
                new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(older)))) {
            bytes = unzipped.readAllBytes();
        }

        ObservationStream.Numbered read = ObservationStream.read(bytes, allocator);

        assertThat(read.numbers()).containsExactly(1, 3, 0);
        assertThat(read.batch().names()).containsExactly("id", "city", "__observed_at");
        assertThat(cells(read.batch().column(0))).containsExactly("7", "8");
        assertThat(cells(read.batch().column(1))).containsExactly("\"oslo\"", "MISSING");
        assertThat(read.versions()).isEqualTo(ResolverVersions.NONE);
        assertThat(read.online()).isTrue();
        assertThat(ObservationStream.write(read, allocator)).isEqualTo(bytes);
    }

    @Test
    void versionsAndTheDestinationComeBack() {
        FeatureBatch batch =
                FeatureBatch.onHeap(List.of("a"), List.of(column(ColumnType.INT64, 3, 1, new Random(1))), 3);
        for (ResolverVersions versions :
                List.of(ResolverVersions.NONE, ResolverVersions.of(Map.of(1, 7, 300, Integer.MAX_VALUE)))) {
            for (boolean online : new boolean[] {true, false}) {
                ObservationStream.Numbered written =
                        new ObservationStream.Numbered(List.of(1), batch, versions, online);
                ObservationStream.Numbered read =
                        ObservationStream.read(ObservationStream.write(written, allocator), allocator);
                assertThat(read.versions()).isEqualTo(versions);
                assertThat(read.online()).isEqualTo(online);
            }
        }
    }

    @Test
    void whatIsNoStreamIsRefused() {
        assertThatThrownBy(() -> ObservationStream.read(new byte[] {1, 2, 3}, allocator))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageContaining("logged observations");
        byte[] bytes = ObservationStream.write(
                new ObservationStream.Numbered(
                        List.of(1),
                        FeatureBatch.onHeap(List.of("a"), List.of(column(ColumnType.INT64, 9, 3, new Random(1))), 9)),
                allocator);
        assertThatThrownBy(() -> ObservationStream.read(Arrays.copyOf(bytes, bytes.length / 2), allocator))
                .isInstanceOf(FeatureGridException.class);
    }

    @Test
    void withoutMemoryNothingIsLeft() {
        FeatureBatch batch = FeatureBatch.onHeap(
                List.of("a", "b"),
                List.of(
                        column(ColumnType.STRING, 2_000, 3, new Random(1)),
                        column(ColumnType.INT64, 2_000, 3, new Random(2))),
                2_000);
        ObservationStream.Numbered numbered = new ObservationStream.Numbered(List.of(1, 2), batch);
        for (long limit = 1 << 9; limit < 1 << 15; limit *= 2) {
            try (BufferAllocator small = allocator.newChildAllocator("small", 0, limit)) {
                assertThatThrownBy(() -> ObservationStream.write(numbered, small))
                        .isInstanceOf(OutOfMemoryException.class);
            }
        }
    }

    private static List<String> cells(Column column) {
        return IntStream.range(0, column.rows()).mapToObj(column::describe).toList();
    }

    /** A column with values; with null too if there are 2 states; with MISSING too if there are 3. */
    private static Column column(ColumnType type, int rows, int states, Random random) {
        ColumnBuilder builder = new ColumnBuilder(type, rows);
        for (int row = 0; row < rows; row++) {
            int state = random.nextInt(states);
            if (state == 1) {
                builder.setNull(row);
            } else if (state == 0 && type.variable()) {
                builder.setBytes(row, "é".repeat(random.nextInt(4)).getBytes(StandardCharsets.UTF_8));
            } else if (state == 0) {
                builder.setBits(row, type == ColumnType.BOOL ? random.nextInt(2) : random.nextInt(100_000));
            }
        }
        return builder.build();
    }
}
