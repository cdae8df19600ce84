package io.featuregrid.planner.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ColumnBuilderTest {
    @Test
    void everyRowStartsAsMissingAndTheLastSetCounts() {
        ColumnBuilder builder = new ColumnBuilder(ColumnType.INT64, 5);
        builder.setBits(1, 7);
        builder.setNull(2);
        builder.setBits(3, 8);
        builder.setMissing(3);
        builder.setNull(4);
        builder.setBits(4, 9);
        Column column = builder.build();
        assertThat(described(column)).containsExactly("MISSING", "7", "null", "MISSING", "9");
        assertThat(column.isPresent(2)).isTrue();
        assertThat(column.hasValue(2)).isFalse();
        assertThat(column.hasValue(0)).isFalse();
    }

    @Test
    void everyTypeKeepsItsValues() {
        assertThat(described(bits(ColumnType.INT64, Long.MIN_VALUE, Long.MAX_VALUE)))
                .containsExactly("-9223372036854775808", "9223372036854775807");
        assertThat(described(bits(ColumnType.INT32, -1, Integer.MAX_VALUE))).containsExactly("-1", "2147483647");
        assertThat(described(bits(ColumnType.BOOL, 1, 0, 1))).containsExactly("true", "false", "true");
        assertThat(described(bits(ColumnType.TIMESTAMP, 0, -1)))
                .containsExactly("1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z");
        assertThat(described(bits(ColumnType.DATE, 0, -1))).containsExactly("1970-01-01", "1969-12-31");
        assertThat(described(bits(ColumnType.FLOAT64, Double.doubleToRawLongBits(-0.0))))
                .containsExactly("-0.0");
        ColumnBuilder texts = new ColumnBuilder(ColumnType.STRING, 3);
        texts.setBytes(0, "\u00e4\u20ac".getBytes(StandardCharsets.UTF_8));
        texts.setBytes(2, new byte[0]);
        assertThat(described(texts.build())).containsExactly("\"\u00e4\u20ac\"", "MISSING", "\"\"");
    }

    /** A NaN's bits are a value like others. */
    @Test
    void floatsAreKeptBitForBit() {
        long payload = 0x7ff8_0000_0000_1234L;
        Column column = bits(ColumnType.FLOAT64, payload);
        assertThat(column.bitsAt(0)).isEqualTo(payload);
    }

    @Test
    void chosenRowsAreBuiltInTheGivenOrder() {
        Random random = new Random(5);
        for (ColumnType type : ColumnType.values()) {
            ColumnBuilder builder = new ColumnBuilder(type, 100);
            for (int row = 0; row < 100; row++) {
                fill(builder, row, random);
            }
            List<String> all = described(builder.build());
            int[] chosen = random.ints(37, 0, 100).toArray();
            Column column = builder.build(chosen, 31);
            assertThat(described(column))
                    .isEqualTo(IntStream.of(chosen).limit(31).mapToObj(all::get).toList());
            ColumnBuilder copy = new ColumnBuilder(type, 31);
            for (int row = 0; row < 31; row++) {
                copy.copy(30 - row, column, row);
            }
            assertThat(described(copy.build()).reversed()).isEqualTo(described(column));
        }
    }

    @Test
    void aBatchChecksItsShapeAndIsClosedOnce() {
        Column two = bits(ColumnType.INT64, 1, 2);
        assertThatThrownBy(() -> FeatureBatch.onHeap(List.of("a", "b"), List.of(two), 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FeatureBatch.onHeap(List.of("a"), List.of(two), 3))
                .hasMessageContaining("column 'a' has 2 rows (expected 3)");
        AtomicInteger released = new AtomicInteger();
        FeatureBatch batch = new FeatureBatch(List.of("a"), List.of(two), 2, released::incrementAndGet);
        assertThat(batch.sizeBytes()).isEqualTo(16);
        batch.close();
        assertThatThrownBy(batch::close).isInstanceOf(IllegalStateException.class);
        assertThat(released).hasValue(1);
    }

    private static void fill(ColumnBuilder builder, int row, Random random) {
        switch (random.nextInt(4)) {
            case 0 -> builder.setMissing(row);
            case 1 -> builder.setNull(row);
            default -> {
                if (builder.type().variable()) {
                    builder.setBytes(row, "x".repeat(random.nextInt(9)).getBytes(StandardCharsets.UTF_8));
                } else {
                    builder.setBits(row, random.nextInt(2));
                }
            }
        }
    }

    private static Column bits(ColumnType type, long... values) {
        ColumnBuilder builder = new ColumnBuilder(type, values.length);
        for (int row = 0; row < values.length; row++) {
            builder.setBits(row, values[row]);
        }
        return builder.build();
    }

    private static List<String> described(Column column) {
        return IntStream.range(0, column.rows()).mapToObj(column::describe).toList();
    }
}
