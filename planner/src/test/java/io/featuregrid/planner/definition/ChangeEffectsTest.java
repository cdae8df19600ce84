package io.featuregrid.planner.definition;

import static io.featuregrid.planner.definition.Documents.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.definition.ChangeEffects.Break;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an apply tells of what depends on things that go, and of values that no longer count. */
class ChangeEffectsTest {
    private static final String IDENTITY = "{'op': 'input', 'index': 0}";
    private static final String DOUBLE =
            "{'op': 'add', 'left': {'op': 'input', 'index': 0}, 'right': {'op': 'input', 'index': 0}}";
    private static final String[] ALL = {"x", "y", "z", "w"};

    private final Catalog first = CatalogChange.plan(
                    Catalog.EMPTY,
                    proposal(
                            ALL,
                            List.of(resolver("y", "x", IDENTITY), resolver("z", "y", IDENTITY)),
                            List.of(query("direct", "thing.x"), query("far", "thing.z"), query("other", "thing.w"))))
            .next();

    @Test
    void whatDependsOnARemovedFeatureIsToldAtFirstHandAndThroughOthers() {
        CatalogChange change = CatalogChange.plan(
                first, proposal(new String[] {"y", "z", "w"}, List.of(), List.of(query("other", "thing.w"))));

        assertThat(ChangeEffects.of(first, change).breaks())
                .containsExactly(
                        new Break("resolver:y", "thing.x", "thing.x", false),
                        new Break("resolver:z", "resolver:y", "thing.y", false),
                        new Break("query:direct@1", "thing.x", "thing.x", false),
                        new Break("query:far@1", "resolver:z", "thing.z", false));
    }

    @Test
    void whatStaysAndFindsAnEmptyFeatureIsTold() {
        String typed = "{'name': 'w', 'type': 'string', 'nullable': true}";
        Proposal replaced = proposal(
                ALL,
                List.of(resolver("y", "x", IDENTITY), resolver("z", "y", IDENTITY)),
                List.of(query("direct", "thing.x"), query("far", "thing.z"), query("other", "thing.w")),
                typed);
        CatalogChange change = CatalogChange.plan(first, replaced);
        ChangeEffects effects = ChangeEffects.of(first, change);

        assertThat(effects.breaks()).containsExactly(new Break("query:other@1", "thing.w", "thing.w", true));
        assertThat(effects.costs()).containsKey("thing");
        assertThat(effects.costs().get("thing")).startsWith("online rows go from epoch 1 to 2");
    }

    @Test
    void storedValuesOfAResolverThatChangesNoLongerCount() {
        CatalogChange change = CatalogChange.plan(
                first,
                proposal(
                        ALL,
                        List.of(resolver("y", "x", DOUBLE), resolver("z", "y", IDENTITY)),
                        List.of(query("direct", "thing.x"), query("far", "thing.z"), query("other", "thing.w"))));
        ChangeEffects effects = ChangeEffects.of(first, change);

        assertThat(effects.breaks()).isEmpty();
        assertThat(effects.costs()).containsOnlyKeys("thing.y");
        assertThat(effects.costs().get("thing.y")).contains("no longer count", "resolver y, version 1 -> 3");
    }

    @Test
    void aChangeThatTakesNothingBreaksNothing() {
        CatalogChange same =
                new CatalogChange(first, new CatalogDiff(List.of(), List.of(), List.of(), java.util.Map.of()));
        assertThat(ChangeEffects.of(first, same).breaks()).isEmpty();
        assertThat(ChangeEffects.of(first, same).costs()).isEmpty();
    }

    @Test
    void toRemoveEverythingHasToBeMeant() {
        FeatureGridException refused = catchThrowableOfType(
                FeatureGridException.class, () -> CatalogChange.plan(first, ProposalReader.read(json("{'sets': []}"))));
        assertThat(refused.first().code()).isEqualTo(ErrorCode.INVALID_QUERY);
        assertThat(refused.first().message())
                .contains("removes all 1 of the catalog", "--replace")
                .contains("expected at least one");

        CatalogChange meant = CatalogChange.plan(first, ProposalReader.read(json("{'replace': true, 'sets': []}")));
        assertThat(meant.next().sets()).isEmpty();
        assertThat(CatalogChange.plan(Catalog.EMPTY, ProposalReader.read(json("{'sets': []}")))
                        .diff()
                        .isEmpty())
                .isTrue();
    }

    private static Proposal proposal(
            String[] features, List<String> resolvers, List<String> queries, String... instead) {
        String listed = Stream.concat(
                        Stream.of(features)
                                .filter(name -> Stream.of(instead).noneMatch(text -> text.contains("'" + name + "'")))
                                .map(name -> "{'name': '" + name
                                        + "', 'type': 'int64', 'nullable': true, 'max_staleness_us': '1h'}"),
                        Stream.of(instead))
                .collect(Collectors.joining(", "));
        return ProposalReader.read(json("{'replace': true, 'sets': [{'name': 'thing', 'key': ['k'], 'features': ["
                + "{'name': 'k', 'type': 'string'}, " + listed + "]}], 'resolvers': [" + String.join(",", resolvers)
                + "], 'queries': [" + String.join(",", queries) + "]}"));
    }

    private static String resolver(String output, String input, String expression) {
        return ("{'name': '%s', 'set': 'thing', 'inputs': [{'feature': 'thing.%s'}], 'outputs': ['%s'],"
                        + " 'expression': {'format': 1, 'root': %s}}")
                .formatted(output, input, output, expression);
    }

    private static String query(String name, String output) {
        return "{'name': '" + name + "', 'version': 1, 'outputs': ['" + output + "']}";
    }
}
