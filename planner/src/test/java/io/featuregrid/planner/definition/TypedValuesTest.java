package io.featuregrid.planner.definition;

import static io.featuregrid.planner.definition.Documents.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.error.FeatureGridException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values go from columns to objects and JSON and back as they were. */
class TypedValuesTest {
    @Test
    void everyValueComesBackFromAColumnAndFromJson() {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            FeatureType type =
                    seed <= RandomTypes.ALL.size() ? RandomTypes.ALL.get((int) seed - 1) : RandomTypes.type(random, 3);
            List<@Nullable Object> values = new ArrayList<>(Arrays.asList((Object) null));
            for (int count = 0; count < 20; count++) {
                values.add(RandomTypes.value(type, random));
            }
            Column column = column(type, values);
            for (int row = 0; row < values.size(); row++) {
                Object given = values.get(row);
                Object boxed = TypedValues.box(type, column, row);
                String what = "seed " + seed + ": " + type.text() + " in row " + row;
                if (given == null || boxed == null) {
                    assertThat(boxed).as(what).isEqualTo(given);
                    continue;
                }
                assertThat(bytes(type, boxed)).as(what).isEqualTo(bytes(type, given));
                JsonNode written = json(TypedValues.write(type, boxed).toString());
                Object read = TypedValues.read(type, written).orElseThrow(() -> new AssertionError(what + written));
                assertThat(bytes(type, read)).as("%s: %s", what, written).isEqualTo(bytes(type, given));
            }
        }
    }

    @Test
    void theBoxedFormIsTheDocumentedOne() {
        assertBoxed("decimal(10,2)", "'1.5'", new BigDecimal("1.50"));
        assertBoxed("binary", "'AAH/'", new byte[] {0, 1, -1});
        assertBoxed("vector<float32>(2)", "[0.1, 'NaN']", new float[] {0.1f, Float.NaN});
        assertBoxed("vector<float64>(1)", "[0.1]", new double[] {0.1});
        assertBoxed("list<int64>", "[1, null]", Arrays.asList(1L, null));
        assertBoxed("list<date>", "['1970-01-02']", List.of(1L));
        Object struct = TypedValues.read(FeatureType.parse("struct<a: int64, b: string>"), json("{'b': 'x'}"))
                .orElseThrow();
        assertThat(struct).isInstanceOf(Map.class).hasToString("{a=null, b=x}");
    }

    @Test
    void jsonThatLosesSomethingIsNoValue() {
        Map<String, List<String>> refused = Map.of(
                "decimal(4,2)", List.of("'100.00'", "'0.001'", "'x'", "1.5", "true", "'1e99999999'", "100"),
                "enum<a|b>", List.of("'c'", "1", "''"),
                "binary", List.of("'***'", "1"),
                "list<int64>", List.of("[1.5]", "1", "{'a': 1}", "['1']"),
                "struct<a: int64>", List.of("{'b': 1}", "[1]", "{'a': 'x'}"),
                "vector<float32>(2)", List.of("[1]", "[1, 2, 3]", "[1, null]", "[1, 0.10000000001]", "[1, 1e300]"));
        refused.forEach((type, values) ->
                values.forEach(value -> assertThat(TypedValues.read(FeatureType.parse(type), json(value)))
                        .as("%s as %s", value, type)
                        .isEmpty()));
        assertThat(TypedValues.read(FeatureType.parse("decimal(4,2)"), json("'0e-99999999'")))
                .contains(new BigDecimal("0.00"));
        assertThat(TypedValues.read(FeatureType.parse("decimal(4,2)"), json("12")))
                .contains(new BigDecimal("12.00"));
    }

    @Test
    void aRefusalNamesTheValueAndTheType() {
        FeatureType type = FeatureType.parse("decimal(4,2)");
        assertThatThrownBy(() -> TypedValues.require(type, json("1.5"), "'user.score'"))
                .isInstanceOf(FeatureGridException.class)
                .hasMessageContaining("'user.score' is 1.5 (expected a value of type decimal(4,2), as a string)");
        assertThat(TypedValues.require(type, json("null"), "'user.score'")).isNull();
        assertThat(TypedValues.require(type, json("'1.5'"), "'user.score'")).isEqualTo(new BigDecimal("1.50"));
    }

    @Test
    void boundsOfDecimalsAreInside() {
        DecimalType type = new DecimalType(4, 2);
        Values values = new Values(type, true, null, new BigDecimal("-1.00"), new BigDecimal("1.50"));
        Column column = column(
                type,
                List.of(
                        new BigDecimal("-1.00"),
                        new BigDecimal("1.50"),
                        new BigDecimal("-1.01"),
                        new BigDecimal("1.51")));
        assertThat(values.inBounds(column, 0)).isTrue();
        assertThat(values.inBounds(column, 1)).isTrue();
        assertThat(values.inBounds(column, 2)).isFalse();
        assertThat(values.inBounds(column, 3)).isFalse();
        assertThat(values.bounds()).isEqualTo("-1.00..1.50");
        assertThat(TypedValues.describe(type, column, 3)).isEqualTo("1.51");
    }

    private static void assertBoxed(String type, String json, Object expected) {
        assertThat(TypedValues.read(FeatureType.parse(type), json(json)).orElseThrow())
                .as(type)
                .isEqualTo(expected);
    }

    private static Column column(FeatureType type, List<? extends @Nullable Object> values) {
        ColumnBuilder builder = new ColumnBuilder(type.columnType(), values.size());
        for (int row = 0; row < values.size(); row++) {
            TypedValues.set(type, builder, row, values.get(row));
        }
        return builder.build();
    }

    /** What tells values apart, NaN and the zeros too. */
    private static Object bytes(FeatureType type, Object value) {
        Column column = column(type, List.of(value));
        return type.columnType().variable() ? (Object) column.bytesAt(0) : (Object) column.bitsAt(0);
    }
}
