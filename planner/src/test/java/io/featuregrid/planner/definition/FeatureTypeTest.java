package io.featuregrid.planner.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A type is a value with a text. */
class FeatureTypeTest {
    @Test
    void aTypeIsReadBackFromItsText() {
        for (FeatureType type : RandomTypes.ALL) {
            assertThat(FeatureType.parse(type.text())).isEqualTo(type);
        }
        for (long seed = 1; seed <= 500; seed++) {
            FeatureType type = RandomTypes.type(new Random(seed), 3);
            assertThat(FeatureType.ofText(type.text())).as("seed %d", seed).contains(type);
        }
    }

    @Test
    void theTextIsTheDocumentedOneAndSpacesDoNotMatter() {
        Map<String, String> texts = Map.of(
                " int64 ", "int64",
                "decimal( 10 , 2 )", "decimal(10,2)",
                "list< list<bool>>", "list<list<bool>>",
                "struct<b:int64,a : binary>", "struct<b: int64, a: binary>",
                "vector <float32> (128)", "vector<float32>(128)",
                "enum<b | a|\"x y\"|\"\\\"\">", "enum<\"\\\"\"|a|b|\"x y\">",
                "enum<\"a\"|\"ä\">", "enum<a|\"ä\">");
        texts.forEach((given, text) ->
                assertThat(FeatureType.parse(given).text()).as(given).isEqualTo(text));
    }

    @Test
    void aTextThatIsNoTypeIsToldWhy() {
        Map<String, String> refusals = Map.ofEntries(
                Map.entry("", "expected int64, float64"),
                Map.entry("int32", "expected int64, float64"),
                Map.entry("int64 int64", "'int64' behind a type"),
                Map.entry("decimal", "expected '(' at its end"),
                Map.entry("decimal(39,0)", "decimal(39,0) (expected 1 to 38 digits"),
                Map.entry("decimal(5,6)", "decimal(5,6) (expected"),
                Map.entry("decimal(x,2)", "expected a whole number at 'x,2)'"),
                Map.entry("list<>", "expected int64"),
                Map.entry("list<int64", "expected '>' at its end"),
                Map.entry("enum<>", "expected a value of letters"),
                Map.entry("enum<a|a>", "a value twice"),
                Map.entry("enum<\"a>", "expected a \" at the end"),
                Map.entry("struct<Big: int64>", "the field 'Big' (expected lower-case"),
                Map.entry("struct<class: int64>", "the field 'class'"),
                Map.entry("struct<a: int64, a: bool>", "the field 'a' twice"),
                Map.entry("vector<float32>(0)", "length 0 (expected 1 to"),
                Map.entry("vector<int64>(3)", "expected float32 or float64"),
                Map.entry("list<".repeat(40) + "int64" + ">".repeat(40), "inside of 16 others"));
        refusals.forEach((text, why) -> {
            assertThatThrownBy(() -> FeatureType.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(why);
            assertThat(FeatureType.ofText(text)).isEmpty();
        });
    }

    @Test
    void typesAreEqualByWhatTheySay() {
        assertThat(FeatureType.parse("enum<b|a>")).isEqualTo(new EnumType(List.of("a", "b")));
        assertThat(FeatureType.parse("int64")).isSameAs(FeatureType.INT64);
        assertThat(FeatureType.parse("decimal(10,2)")).isNotEqualTo(FeatureType.parse("decimal(10,3)"));
    }

    @Test
    void valuesAreKeptByTheSameTypeAndByEnumsThatGainValues() {
        assertKeeps("enum<a>", "enum<a|b>", true);
        assertKeeps("enum<a|b>", "enum<a>", false);
        assertKeeps("enum<a>", "string", false);
        assertKeeps("string", "enum<a>", false);
        assertKeeps("list<struct<k: enum<a>, n: int64>>", "list<struct<k: enum<a|b>, n: int64>>", true);
        assertKeeps("struct<a: int64>", "struct<a: int64, b: int64>", false);
        assertKeeps("struct<a: int64>", "struct<b: int64>", false);
        assertKeeps("decimal(10,2)", "decimal(12,2)", false);
        assertKeeps("vector<float32>(2)", "vector<float32>(3)", false);
        for (FeatureType type : RandomTypes.ALL) {
            assertThat(FeatureType.keepsValues(type, type)).isTrue();
        }
    }

    private static void assertKeeps(String earlier, String later, boolean keeps) {
        assertThat(FeatureType.keepsValues(FeatureType.parse(earlier), FeatureType.parse(later)))
                .as("%s to %s", earlier, later)
                .isEqualTo(keeps);
    }
}
