package io.featuregrid.planner.plan;

import static io.featuregrid.planner.definition.Documents.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.definition.Documents;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.plan.IngestPlan.ObservedAt;
import java.util.List;
import org.junit.jupiter.api.Test;

class IngestPlanTest {
    private static final FeatureSet FLIGHT = Documents.catalog("""
                    {'name': 'flight', 'key': ['id', 'carrier'], 'feature_time': 'ts', 'features': [
                      {'name': 'carrier', 'type': 'string'}, {'name': 'id', 'type': 'int64'},
                      {'name': 'ts', 'type': 'timestamp'}, {'name': 'landed', 'type': 'timestamp', 'nullable': true},
                      {'name': 'delay', 'type': 'float64', 'nullable': true}]}
                    """).sets().getFirst();
    private static final FeatureSet WORLD = Documents.catalog(
                    "{'name': 'world', 'features': [{'name': 'x', 'type': 'int64'}]}")
            .sets()
            .getFirst();

    @Test
    void columnsAreFoundByNameInAnyOrder() {
        IngestPlan plan = plan("{}", "delay", "carrier", "ts", "id");
        assertThat(plan.columns())
                .containsExactly(
                        new TypedColumn("delay", FeatureType.FLOAT64),
                        new TypedColumn("carrier", FeatureType.STRING),
                        new TypedColumn("ts", FeatureType.TIMESTAMP),
                        new TypedColumn("id", FeatureType.INT64));
        assertThat(plan.keys()).as("in the order of the key").containsExactly(3, 1);
        assertThat(plan.carried())
                .extracting(IngestPlan.CarriedColumn::position)
                .containsExactly(0, 2);
        assertThat(plan.observedAt()).isEqualTo(new ObservedAt.FromColumn(2));
        assertThat(plan.marks()).isEqualTo(new IngestPlan.Marks(-1, -1));
    }

    @Test
    void observedAtIsTheFeatureTimeElseTheGivenElseTheClock() {
        assertThat(plan("{}", "id", "carrier", "delay").observedAt()).isEqualTo(new ObservedAt.Accepted());
        assertThat(plan("{'observed_at': 'ts'}", "id", "carrier", "ts").observedAt())
                .isEqualTo(new ObservedAt.FromColumn(2));
        assertThat(plan("{'observed_at': 'landed'}", "id", "carrier", "landed").observedAt())
                .isEqualTo(new ObservedAt.FromColumn(2));
        assertThat(plan("{'observed_at': '1970-01-02'}", "id", "carrier").observedAt())
                .isEqualTo(new ObservedAt.Given(86_400_000_000L));
        IngestPlan other = plan("{'observed_at': 'seen'}", "id", "carrier", "seen", "delay");
        assertThat(other.observedAt()).isEqualTo(new ObservedAt.FromColumn(2));
        assertThat(other.columns().get(2)).isEqualTo(new TypedColumn("seen", FeatureType.TIMESTAMP));
        assertThat(other.carried())
                .extracting(IngestPlan.CarriedColumn::position)
                .containsExactly(3);
    }

    @Test
    void marksAreNoFeatures() {
        IngestPlan plan = plan(
                "{'tombstone': 'gone', 'preserve_inserted_at': 'learnt'}", "gone", "id", "learnt", "carrier", "delay");
        assertThat(plan.marks()).isEqualTo(new IngestPlan.Marks(2, 0));
        assertThat(plan.columns())
                .contains(new TypedColumn("gone", FeatureType.BOOL), new TypedColumn("learnt", FeatureType.TIMESTAMP));
        assertThat(plan.carried())
                .extracting(IngestPlan.CarriedColumn::position)
                .containsExactly(4);
    }

    @Test
    void aGlobalSetHasNoKeyColumn() {
        IngestPlan plan = IngestPlan.plan(WORLD, IngestOptions.read(json("{}")), List.of("x"));
        assertThat(plan.keys()).isEmpty();
        assertThat(plan.carried()).hasSize(1);
    }

    @Test
    void everyMistakeIsRefused() {
        expectRefusal(
                "{}",
                "PARSE_FAILED: column 'dealy' is no feature of 'flight' (expected some of [carrier,",
                "id",
                "carrier",
                "dealy");
        expectRefusal("{}", "INVALID_QUERY: the ingest into 'flight' lacks the key column 'carrier'", "id", "delay");
        expectRefusal("{}", "INVALID_QUERY: the ingest into 'flight' has two columns 'id'", "id", "carrier", "id");
        expectRefusal(
                "{'tombstone': 'gone'}",
                "INVALID_QUERY: the ingest into 'flight' has tombstone \"gone\", a column that is missing",
                "id",
                "carrier");
        expectRefusal(
                "{'preserve_inserted_at': 'learnt'}",
                "INVALID_QUERY: the ingest into 'flight' has preserve_inserted_at \"learnt\"",
                "id",
                "carrier");
        expectRefusal(
                "{'observed_at': 'seen'}",
                "INVALID_QUERY: the ingest into 'flight' has observed_at \"seen\", which is neither a column nor",
                "id",
                "carrier");
        expectRefusal(
                "{'observed_at': 'delay'}",
                "INVALID_QUERY: the ingest into 'flight' takes observed_at from 'delay', a feature of type float64",
                "id",
                "carrier",
                "delay");
        expectRefusal(
                "{'observed_at': 'id'}",
                "INVALID_QUERY: the ingest into 'flight' takes observed_at from 'id'",
                "id",
                "carrier");
        expectRefusal(
                "{'tombstone': 'id'}",
                "INVALID_QUERY: the ingest into 'flight' takes tombstone from the key column 'id'",
                "id",
                "carrier");
        expectRefusal(
                "{'preserve_inserted_at': 'id'}",
                "INVALID_QUERY: the ingest into 'flight' takes preserve_inserted_at from the key column 'id'",
                "id",
                "carrier");
        expectRefusal(
                "{'tombstone': 'm', 'preserve_inserted_at': 'm'}",
                "INVALID_QUERY: the ingest into 'flight' takes tombstone and a time from one column, 'm'",
                "id",
                "carrier",
                "m");
    }

    @Test
    void anotherTimeBesideTheFeatureTimeIsNoValidValue() {
        for (String given : List.of("landed", "1970-01-01")) {
            expectRefusal(
                    "{'observed_at': '" + given + "'}",
                    "VALIDATION_FAILED: observed_at is given as \"" + given + "\" beside the feature time 'flight.ts'",
                    "id",
                    "carrier",
                    "ts",
                    "landed");
        }
    }

    @Test
    void aGivenTimeFinerThanAMicrosecondIsFlooredOnlyIfAsked() {
        expectRefusal(
                "{'observed_at': '1970-01-01T00:00:00.0000015Z'}",
                "VALIDATION_FAILED: observed_at of the ingest into 'flight' is 1970-01-01T00:00:00.0000015Z (expected",
                "id",
                "carrier");
        assertThat(plan("{'observed_at': '1970-01-01T00:00:00.0000015Z', 'round': 'floor'}", "id", "carrier")
                        .observedAt())
                .isEqualTo(new ObservedAt.Given(1));
    }

    @Test
    void optionsAreRead() {
        assertThat(IngestOptions.read(json("{}")))
                .isEqualTo(new IngestOptions(null, false, null, null, false, false, null));
        assertThat(IngestOptions.read(json("""
                        {'observed_at': 'a', 'nulls': 'skip', 'ingest_id': 'b', 'preserve_inserted_at': 'c',
                         'round': 'floor', 'allow_future': true, 'tombstone': 'd'}
                        """))).isEqualTo(new IngestOptions("a", true, "b", "c", true, true, "d"));
        assertThat(IngestOptions.read(json("{'nulls': null, 'ingest_id': null, 'round': null, 'allow_future': null}")))
                .isEqualTo(new IngestOptions(null, false, null, null, false, false, null));
    }

    @Test
    void everyMistakeInAnOptionIsRefused() {
        expectOptionRefusal("[]", "PARSE_FAILED: the ingest is no JSON object");
        expectOptionRefusal("{'null': 'skip'}", "INVALID_QUERY: the ingest has the unknown option 'null' (expected");
        expectOptionRefusal("{'nulls': 'drop'}", "INVALID_QUERY: the ingest has nulls \"drop\" (expected one of");
        expectOptionRefusal("{'round': 'up'}", "INVALID_QUERY: the ingest has round \"up\" (expected \"floor\")");
        expectOptionRefusal("{'observed_at': 5}", "INVALID_QUERY: the ingest has observed_at 5 (expected text)");
        expectOptionRefusal("{'allow_future': 'yes'}", "INVALID_QUERY: the ingest has allow_future \"yes\"");
        for (String id : List.of("", "a b", "a\\nb", "\u00e4", "x".repeat(201))) {
            expectOptionRefusal("{'ingest_id': '" + id + "'}", "INVALID_QUERY: the ingest has an ingest_id of");
        }
    }

    private static IngestPlan plan(String options, String... columns) {
        return IngestPlan.plan(FLIGHT, IngestOptions.read(json(options)), List.of(columns));
    }

    private static void expectRefusal(String options, String message, String... columns) {
        assertThat(catchThrowableOfType(FeatureGridException.class, () -> plan(options, columns)))
                .as(message)
                .hasMessageStartingWith(message);
    }

    private static void expectOptionRefusal(String options, String message) {
        assertThat(catchThrowableOfType(FeatureGridException.class, () -> IngestOptions.read(json(options))))
                .as(message)
                .hasMessageStartingWith(message);
    }
}
