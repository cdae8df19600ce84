package io.featuregrid.planner.batch.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

/** What is written into vectors is read back; no memory is left behind, also when there was not enough. */
class ArrowWriterTest {
    @Test
    void everyTypeComesBack() {
        Random random = new Random(9);
        for (ColumnType type : ColumnType.values()) {
            for (int rows : new int[] {0, 1, 7, 8, 9, 100, 5_000}) {
                expectRoundTrip(column(type, rows, random, 3));
                // Without nulls there are no bitmaps.
                expectRoundTrip(column(type, rows, random, 1));
            }
        }
    }

    @Test
    void slicesComeBack() {
        Random random = new Random(10);
        try (Vectors vectors = new Vectors()) {
            for (ColumnType type : ColumnType.values()) {
                Column column = column(type, 50, random, 3);
                try (FieldVector whole = ArrowWriter.write("c", column, vectors.allocator())) {
                    for (int from : new int[] {0, 1, 8, 13, 49, 50}) {
                        Column slice = ArrowReader.read(
                                vectors.slice(whole, from, 50 - from),
                                type,
                                new ArrowReader.Reading("column 'c'", 0, false));
                        assertThat(cells(slice)).isEqualTo(cells(column).subList(from, 50));
                    }
                }
            }
        }
    }

    /** The offsets of a column need not begin with 0, and its memory may go on behind its last value. */
    @Test
    void aColumnInTheMiddleOfItsMemoryComesBack() {
        byte[] bytes = "beforeOneTwobehind".getBytes(StandardCharsets.UTF_8);
        Column column = new Column(
                ColumnType.STRING,
                3,
                MemorySegment.ofArray(bytes),
                MemorySegment.ofArray(new int[] {6, 9, 9, 12}),
                null,
                null);
        assertThat(cells(column)).containsExactly("One", "", "Two");
        expectRoundTrip(column);
    }

    @Test
    void everyFieldIsNullableAndOfTheOneType() {
        try (BufferAllocator allocator = new RootAllocator()) {
            for (ColumnType type : ColumnType.values()) {
                try (FieldVector vector = ArrowWriter.write("c", column(type, 3, new Random(1), 1), allocator)) {
                    assertThat(vector.getField()).isEqualTo(ArrowTypes.field("c", type));
                    assertThat(vector.getField().isNullable()).isTrue();
                    assertThat(vector.getNullCount()).isZero();
                }
            }
        }
    }

    @Test
    void withoutEnoughMemoryNothingStaysAllocated() {
        try (BufferAllocator allocator = new RootAllocator(4_096)) {
            for (ColumnType type : ColumnType.values()) {
                Column column = column(type, 100_000, new Random(1), 2);
                assertThatThrownBy(() -> ArrowWriter.write("c", column, allocator))
                        .isInstanceOf(OutOfMemoryException.class);
                assertThat(allocator.getAllocatedMemory()).isZero();
            }
        }
    }

    private static void expectRoundTrip(Column column) {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = ArrowWriter.write("c", column, allocator)) {
            assertThat(vector.getValueCount()).isEqualTo(column.rows());
            Column back = ArrowReader.read(vector, column.type(), new ArrowReader.Reading("column 'c'", 0, false));
            assertThat(cells(back)).isEqualTo(cells(column));
            if (column.rows() > 0 && column.offsets() != null && back.offsets() != null) {
                assertThat(back.offsets().get(ValueLayout.JAVA_INT, 0)).isZero();
            }
        }
    }

    /** Random rows; with {@code states} 3 some are MISSING and some null, with 2 some MISSING, with 1 none. */
    private static Column column(ColumnType type, int rows, Random random, int states) {
        ColumnBuilder builder = new ColumnBuilder(type, rows);
        for (int row = 0; row < rows; row++) {
            int state = random.nextInt(states);
            if (state == 2) {
                builder.setNull(row);
            } else if (state == 0 && type.variable()) {
                byte[] bytes = "\u00e4".repeat(random.nextInt(9)).getBytes(StandardCharsets.UTF_8);
                builder.setBytes(row, bytes);
            } else if (state == 0) {
                builder.setBits(row, type == ColumnType.BOOL ? random.nextInt(2) : random.nextLong());
            }
        }
        return builder.build();
    }

    private static List<Object> cells(Column column) {
        return IntStream.range(0, column.rows())
                .mapToObj(row -> Vectors.cell(column, row))
                .toList();
    }
}
