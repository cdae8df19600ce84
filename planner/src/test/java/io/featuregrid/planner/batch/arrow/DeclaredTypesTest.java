package io.featuregrid.planner.batch.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ValueType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.RandomTypes;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.TransferPair;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Decimals, enums, lists, structs and vectors: into Arrow and back, and from other types that lose nothing. */
class DeclaredTypesTest {
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingIsLeftAllocated() {
        allocator.close();
    }

    @Test
    void everyValueComesBackAlsoFromASlice() {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            FeatureType type =
                    seed <= RandomTypes.ALL.size() ? RandomTypes.ALL.get((int) seed - 1) : RandomTypes.type(random, 3);
            int rows = random.nextInt(40);
            Column column = column(type, rows, random);
            try (FieldVector vector = ArrowWriter.write("c", type, column, allocator)) {
                // Vectors of lists call their elements by a name of their own.
                assertThat(vector.getField().toString().replace(ListVector.DATA_VECTOR_NAME, "item"))
                        .as("seed %d", seed)
                        .isEqualTo(ArrowTypes.field("c", type).toString());
                assertThat(vector.getValueCount()).isEqualTo(rows);
                expect(seed, type, read(vector, type), column, 0);
                int from = rows == 0 ? 0 : random.nextInt(rows);
                TransferPair pair = vector.getTransferPair(allocator);
                pair.splitAndTransfer(from, rows - from);
                try (FieldVector slice = (FieldVector) pair.getTo()) {
                    expect(seed, type, read(slice, type), column, from);
                }
            }
        }
    }

    @Test
    void withoutItsTypeAColumnGoesAsItsBytes() {
        for (FeatureType type : RandomTypes.ALL) {
            Column column = column(type, 30, new Random(7));
            try (FieldVector vector = ArrowWriter.write("c", column, allocator)) {
                expect(7, type, read(vector, column.type()), column, 0);
            }
        }
    }

    @Test
    void whatIsInsideIsConvertedIfNothingIsLost() {
        expectConverted("list<float64>", List.of(1.0, 2.0), "list<int64>", List.of(1L, 2L));
        expectConverted("list<int64>", Arrays.asList(1L, null), "list<float64>", Arrays.asList(1.0, null));
        expectConverted("vector<float32>(2)", new float[] {1, 2}, "list<int64>", List.of(1L, 2L));
        expectConverted("list<float64>", List.of(1.0, 0.5), "vector<float32>(2)", new float[] {1, 0.5f});
        expectConverted("list<int64>", List.of(1L, 2L), "vector<float64>(2)", new double[] {1, 2});
        expectConverted("vector<float32>(1)", new float[] {0.1f}, "vector<float64>(1)", new double[] {0.1f});
        expectConverted("list<string>", List.of("1970-01-02"), "list<date>", List.of(1L));
        expectConverted("list<string>", List.of("a"), "list<enum<a|b>>", List.of("a"));
        Map<String, @Nullable Object> struct = new HashMap<>(Map.of("b", 7L));
        struct.put("a", null);
        expectConverted("struct<b: float64>", Map.of("b", 7.0), "struct<a: string, b: int64>", struct);
        expectConverted("int64", 12L, "decimal(4,2)", new BigDecimal("12.00"));
        expectConverted("float64", 0.5, "decimal(4,2)", new BigDecimal("0.50"));
        expectConverted("string", " 1.5 ", "decimal(4,2)", new BigDecimal("1.50"));
        expectConverted("decimal(20,5)", new BigDecimal("1.50000"), "decimal(4,2)", new BigDecimal("1.50"));
        expectConverted("string", "b", "enum<a|b>", "b");
    }

    @Test
    void whatLosesSomethingIsRefusedWithRowAndValue() {
        expectRefused("list<float64>", List.of(1.5), "list<int64>", "[1.5] in row 1001");
        expectRefused("list<float64>", List.of(0.1), "vector<float32>(1)", "[0.1] in row 1001");
        expectRefused("list<float64>", List.of(1.0), "vector<float32>(2)", "[1.0] in row 1001");
        expectRefused("list<float64>", Arrays.asList(1.0, null), "vector<float64>(2)", "[1.0,null] in row 1001");
        expectRefused("string", "c", "enum<a|b>", "\"c\" in row 1001 (expected enum<a|b>");
        expectRefused("list<string>", List.of("c"), "list<enum<a|b>>", "[\"c\"] in row 1001");
        expectRefused("float64", 0.1, "decimal(4,2)", "0.1 in row 1001 (expected decimal(4,2)");
        expectRefused("float64", Double.NaN, "decimal(4,2)", "NaN in row 1001");
        expectRefused("int64", 100L, "decimal(4,2)", "100 in row 1001");
        expectRefused("string", "abc", "decimal(4,2)", "\"abc\" in row 1001");
        expectRefused(
                "struct<a: int64, b: int64>",
                Map.of("a", 1L),
                "struct<a: int64>",
                "in row 1001 (expected struct<a: int64>)");
        expectRefused("list<string>", List.of("a"), "list<int64>", "in row 1001 (expected list<int64>)");
        expectRefused("int64", 1L, "list<int64>", "1 in row 1001 (expected list<int64>)");
        expectRefused("string", "AA==", "binary", "in row 1001 (expected binary)");
    }

    @Test
    void nullsOfAnyTypeAreNullsInside() {
        Field nulls = Field.nullable("item", new ArrowType.Null());
        Field list = new Field("c", FieldType.nullable(new ArrowType.List()), List.of(nulls));
        try (ListVector vector = (ListVector) list.createVector(allocator)) {
            vector.allocateNew();
            vector.startNewValue(0);
            vector.endValue(0, 2);
            vector.setValueCount(1);
            FeatureType type = FeatureType.parse("list<struct<a: int64>>");
            assertThat(TypedValues.box(type, read(vector, type), 0)).isEqualTo(Arrays.asList(null, null));
        }
    }

    @Test
    void withoutEnoughMemoryNothingStaysAllocated() {
        try (BufferAllocator small = allocator.newChildAllocator("small", 0, 4_096)) {
            for (String text : List.of("list<int64>", "struct<a: string>", "vector<float32>(8)", "decimal(5,2)")) {
                FeatureType type = FeatureType.parse(text);
                Column column = column(type, 10_000, new Random(3));
                assertThatThrownBy(() -> ArrowWriter.write("c", type, column, small))
                        .isInstanceOf(OutOfMemoryException.class);
                assertThat(small.getAllocatedMemory()).isZero();
            }
        }
    }

    private void expectConverted(String source, Object given, String target, Object expected) {
        FeatureType from = FeatureType.parse(source);
        FeatureType to = FeatureType.parse(target);
        Column column = column(from, Arrays.asList(null, given, given));
        try (FieldVector vector = ArrowWriter.write("c", from, column, allocator)) {
            expect(0, to, read(vector, to), column(to, Arrays.asList(null, expected, expected)), 0);
        }
    }

    private void expectRefused(String source, Object given, String target, String told) {
        FeatureType from = FeatureType.parse(source);
        FeatureType to = FeatureType.parse(target);
        try (FieldVector vector = ArrowWriter.write("c", from, column(from, Arrays.asList(null, given)), allocator)) {
            assertThatThrownBy(() -> read(vector, to))
                    .as("%s %s as %s", source, given, target)
                    .isInstanceOfSatisfying(FeatureGridException.class, refusal -> {
                        assertThat(refusal.first().code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
                        assertThat(refusal.first().message()).contains(told);
                    });
        }
    }

    private static void expect(long seed, FeatureType type, Column found, Column expected, int from) {
        assertThat(found.rows()).isEqualTo(expected.rows() - from);
        for (int row = 0; row < found.rows(); row++) {
            String what = "seed " + seed + ": " + type.text() + " in row " + row;
            assertThat(found.hasValue(row)).as(what).isEqualTo(expected.hasValue(from + row));
            if (found.hasValue(row) && type.columnType().variable()) {
                assertThat(found.bytesAt(row)).as(what).isEqualTo(expected.bytesAt(from + row));
            } else if (found.hasValue(row)) {
                assertThat(found.bitsAt(row)).as(what).isEqualTo(expected.bitsAt(from + row));
            }
        }
    }

    private static Column read(FieldVector vector, ValueType type) {
        return ArrowReader.read(vector, type, new ArrowReader.Reading("column 'c'", 1_000, false));
    }

    private static Column column(FeatureType type, int rows, Random random) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            values.add(random.nextInt(4) == 0 ? null : RandomTypes.value(type, random));
        }
        return column(type, values);
    }

    private static Column column(FeatureType type, List<? extends @Nullable Object> values) {
        ColumnBuilder builder = new ColumnBuilder(type.columnType(), values.size());
        for (int row = 0; row < values.size(); row++) {
            TypedValues.set(type, builder, row, values.get(row));
        }
        return builder.build();
    }
}
