package io.featuregrid.flightserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.arrow.ArrowReader;
import io.featuregrid.planner.batch.arrow.ArrowWriter;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.TypedValues;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RootSlicesTest {
    private static final int VIEW_BYTES = 16;
    private static final int LENGTH_BYTES = 4;

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingIsLeaked() {
        allocator.close();
    }

    /** Other languages compare short views as a whole, and refuse what lies behind them. */
    @Test
    void nothingLiesBehindTheShortViewsOfASlice() {
        try (VectorSchemaRoot root = views("", "a", "a text of more than twelve bytes", "twelve bytes")) {
            dirtyMemory();
            try (VectorSchemaRoot run = RootSlices.run(root, 0, 4)) {
                assertPadded((ViewVarCharVector) run.getVector(0));
                assertThat(run.getVector(0).getObject(2)).hasToString("a text of more than twelve bytes");
            }
            try (VectorSchemaRoot chosen = RootSlices.chosen(root, new int[] {0, 1, 3})) {
                assertPadded((ViewVarCharVector) chosen.getVector(0));
                assertThat(chosen.getVector(0).getObject(2)).hasToString("twelve bytes");
            }
        }
    }

    @Test
    void rowsOfANullColumnCanBeChosen() {
        try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(new NullVector("nothing", 5)));
                VectorSchemaRoot chosen = RootSlices.chosen(root, new int[] {1, 4})) {
            assertThat(chosen.getVector(0).getValueCount()).isEqualTo(2);
        }
    }

    @Test
    void whatArrowCannotCopyIsKnown() {
        Field number = Field.nullable("item", new ArrowType.Int(32, true));
        Field listView = new Field("views", new FieldType(true, new ArrowType.ListView(), null), List.of(number));
        Field inside = new Field("inside", new FieldType(true, new ArrowType.Struct(), null), List.of(listView));
        assertThat(RootSlices.copyable(List.of(number))).isTrue();
        assertThat(RootSlices.copyable(List.of(listView))).isFalse();
        assertThat(RootSlices.copyable(List.of(number, inside))).isFalse();
    }

    @Test
    void rowsOfNestedColumnsCanBeChosen() {
        for (String text : List.of(
                "list<timestamp>",
                "list<struct<a: list<int64>, b: string>>",
                "struct<d: decimal(9,2), v: vector<float32>(2)>",
                "list<vector<float64>(2)>",
                "vector<float32>(2)")) {
            FeatureType type = FeatureType.parse(text);
            Column column = column(type);
            try (VectorSchemaRoot root =
                            new VectorSchemaRoot(List.of(ArrowWriter.write("c", type, column, allocator)));
                    VectorSchemaRoot chosen = RootSlices.chosen(root, new int[] {1, 2, 3, 5, 8})) {
                assertThat(chosen.getRowCount()).isEqualTo(5);
                Column found =
                        ArrowReader.read(chosen.getVector(0), type, new ArrowReader.Reading("column 'c'", 0, false));
                int row = 0;
                for (int from : new int[] {1, 2, 3, 5, 8}) {
                    assertThat(TypedValues.describe(type, found, row++))
                            .as("row %d of %s", from, text)
                            .isEqualTo(TypedValues.describe(type, column, from));
                }
            }
        }
    }

    /** Nine values as JSON states them, a null among them. */
    private static Column column(FeatureType type) {
        ColumnBuilder builder = new ColumnBuilder(type.columnType(), 9);
        ObjectMapper json = new ObjectMapper();
        for (int row = 0; row < 9; row++) {
            String value = switch (type.text()) {
                case "list<timestamp>" -> "[\"2020-01-0%dT00:00:00Z\", null]".formatted(row + 1);
                case "list<struct<a: list<int64>, b: string>>" ->
                    "[{\"a\": [%d, null]}, null, {\"b\": \"x\"}]".formatted(row);
                case "struct<d: decimal(9,2), v: vector<float32>(2)>" ->
                    "{\"d\": \"%d.25\", \"v\": [1, %d]}".formatted(row, row);
                case "list<vector<float64>(2)>" -> "[[%d, 0.5], null]".formatted(row);
                default -> "[%d, 0.5]".formatted(row);
            };
            try {
                TypedValues.set(
                        type, builder, row, row == 2 ? null : TypedValues.require(type, json.readTree(value), "c"));
            } catch (JsonProcessingException failure) {
                throw new IllegalArgumentException(value, failure);
            }
        }
        return builder.build();
    }

    private static void assertPadded(ViewVarCharVector vector) {
        for (int row = 0; row < vector.getValueCount(); row++) {
            int length = vector.getDataBuffer().getInt((long) row * VIEW_BYTES);
            for (int index = LENGTH_BYTES + length; index < VIEW_BYTES; index++) {
                assertThat(vector.getDataBuffer().getByte((long) row * VIEW_BYTES + index))
                        .as("byte %d of row %d", index, row)
                        .isZero();
            }
        }
    }

    /** Freed memory of the sizes that come next, full of ones. */
    private void dirtyMemory() {
        for (int size = 16; size <= 4_096; size *= 2) {
            byte[] ones = new byte[size];
            Arrays.fill(ones, (byte) -1);
            try (ArrowBuf buffer = allocator.buffer(size)) {
                buffer.setBytes(0, ones);
            }
        }
    }

    private VectorSchemaRoot views(String... values) {
        ViewVarCharVector vector = new ViewVarCharVector("text", allocator);
        vector.allocateNew();
        for (int row = 0; row < values.length; row++) {
            vector.setSafe(row, values[row].getBytes(StandardCharsets.UTF_8));
        }
        vector.setValueCount(values.length);
        return new VectorSchemaRoot(List.of(vector));
    }
}
