package io.featuregrid.planner.definition;

import static io.featuregrid.planner.definition.Documents.json;
import static io.featuregrid.planner.definition.Documents.proposal;
import static io.featuregrid.planner.definition.Documents.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogJsonTest {
    /** Everything that a catalog can hold, with a past. */
    private static Catalog rich() {
        String thing = """
                {'name': 'thing', 'key': ['a', 'b'], 'feature_time': 'ts', 'features': [
                  {'name': 'a', 'type': 'string'}, {'name': 'b', 'type': 'int64'}, {'name': 'ts', 'type': 'timestamp'},
                  {'name': 'f', 'type': 'float64', 'nullable': true, 'default': '-Infinity', 'max_staleness_us': 'infinity',
                   'offline_ttl_us': 0, 'owner': 'o', 'tags': ['t', 'u'], 'description': 'd', 'deprecated': 'use g'},
                  {'name': 'g', 'type': 'float64', 'default': 'NaN'},
                  {'name': 'h', 'type': 'float64', 'default': -0.0, 'min': -1, 'max': 'Infinity'},
                  {'name': 'i', 'type': 'int64', 'default': -9223372036854775808, 'max': 9223372036854775807},
                  {'name': 's', 'type': 'string', 'default': ''},
                  {'name': 'l', 'type': 'bool', 'default': false},
                  {'name': 'd', 'type': 'date', 'default': '1969-12-31', 'min': '1900-01-01'},
                  {'name': 'm', 'type': 'decimal(10,2)', 'default': '1.5', 'min': '-1.00', 'max': '99999999.99'},
                  {'name': 'e', 'type': 'enum<b|a>', 'default': 'b'},
                  {'name': 'n', 'type': 'list<struct<x: int64, y: string>>', 'default': [{'x': 1}, null]},
                  {'name': 'v', 'type': 'vector<float32>(2)'},
                  {'name': 't', 'type': 'timestamp', 'default': '2013-01-01T10:00:00.000001Z'}],
                 'relations': [{'name': 'other', 'set': 'other', 'on': {'id': 'i'}}]}
                """;
        Catalog catalog = Documents.catalog(thing, set("other", "x int64"));
        catalog = CatalogChange.plan(catalog, proposal(thing, set("other", "x string")))
                .next();
        catalog = CatalogChange.plan(catalog, proposal(set("other"))).next();
        return CatalogChange.plan(catalog, proposal(thing, set("other", "x date")))
                .next();
    }

    @Test
    void aCatalogIsReadBack() {
        Catalog catalog = rich();
        assertThat(catalog.removed()).hasSize(1);
        JsonNode written = json(CatalogJson.write(catalog).toString());
        assertThat(CatalogJson.read(written)).isEqualTo(catalog);
        assertThat(CatalogJson.read(written).set("thing").orElseThrow().table()).isEqualTo("thing__3");
        assertThat(CatalogJson.read(json(CatalogJson.write(Catalog.EMPTY).toString())))
                .isEqualTo(Catalog.EMPTY);
    }

    @Test
    void theFormIsTheDocumentedOne() {
        JsonNode written = CatalogJson.write(rich());
        assertThat(written.path("format").intValue()).isEqualTo(1);
        assertThat(written.path("version").intValue()).isEqualTo(4);
        assertThat(written.path("resolvers").isArray()).isTrue();
        assertThat(written.path("queries").isArray()).isTrue();
        JsonNode set = written.path("sets").path(0);
        assertThat(List.copyOf(names(set)))
                .containsExactlyInAnyOrder(
                        "name",
                        "number",
                        "next_number",
                        "key",
                        "feature_time",
                        "epoch",
                        "features",
                        "relations",
                        "removed");
        JsonNode feature = set.path("features").path(3);
        assertThat(names(feature))
                .containsExactlyInAnyOrder(
                        "name",
                        "number",
                        "type",
                        "nullable",
                        "default",
                        "max_staleness_us",
                        "request",
                        "keep_across_versions",
                        "offline_ttl_us",
                        "min",
                        "max",
                        "owner",
                        "tags",
                        "description",
                        "deprecated",
                        "since_epoch");
        assertThat(feature.path("default").textValue()).isEqualTo("-Infinity");
        assertThat(feature.path("max_staleness_us").longValue()).isEqualTo(Long.MAX_VALUE);
        assertThat(set.path("features").path(14).path("default").textValue()).isEqualTo("2013-01-01T10:00:00.000001Z");
        assertThat(set.path("relations").path(0).path("on").path("id").textValue())
                .isEqualTo("i");
        assertThat(written.path("sets")
                        .path(1)
                        .path("removed")
                        .path(0)
                        .path("name")
                        .textValue())
                .isEqualTo("x");
    }

    /** A catalog that was answered can be applied again: numbers in it are ignored. */
    @Test
    void aWrittenCatalogIsAProposalWithoutADifference() {
        Catalog catalog = rich();
        Proposal proposal = ProposalReader.read(json(CatalogJson.write(catalog).toString()));
        assertThat(CatalogChange.plan(catalog, proposal).diff().isEmpty()).isTrue();
    }

    @Test
    void anotherFormatIsRefused() {
        assertThatThrownBy(() -> CatalogJson.read(json("{'format': 2}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("format 2 (expected 1)");
        assertThatThrownBy(() -> CatalogJson.read(json("{}"))).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> names(JsonNode node) {
        return node.properties().stream().map(java.util.Map.Entry::getKey).toList();
    }
}
