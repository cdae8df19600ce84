package io.featuregrid.planner.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.definition.NamedQuery;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnlineQueryReaderTest {
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void everyMemberIsReadAndWhatIsUnknownIsIgnored() {
        OnlineQueryRequest request = read("""
                {'inputs': {'flight.id': 7, 'flight.delay': 'NaN'}, 'outputs': ['flight.speed', 'flight.fresh'],
                 'now': '2013-01-01T10:00:00Z', 'staleness': {'flight.fresh': '10m'}, 'defaults': false,
                 'context': {'environment': 'test', 'tags': ['a'], 'required_resolver_tags': []},
                 'include_meta': true, 'explain': true, 'correlation_id': 'c', 'query_name': 'n', 'deployment_id': 'd',
                 'branch_id': null, 'meta': {'a': [1, {}]}, 'deadline_ms': 50, 'durable_log': true, 'later': {'x': [{}]}}
                """);
        assertThat(request.shape().inputs()).containsExactly("flight.id", "flight.delay");
        assertThat(request.shape().outputs()).containsExactly("flight.speed", "flight.fresh");
        assertThat(request.shape().staleness()).isEqualTo(Map.of("flight.fresh", 600_000_000L));
        assertThat(request.shape().defaults()).isFalse();
        assertThat(request.shape().choice().tags()).containsExactly("a");
        assertThat(request.shape().choice().query()).isNull();
        assertThat(read("{'query_name': 'model', 'query_name_version': 2, 'inputs': {'flight.id': 7}}")
                        .shape()
                        .choice()
                        .query())
                .isEqualTo(new NamedQuery.Reference("model", 2));
        assertThat(request.values()).extracting(Object::toString).containsExactly("7", "\"NaN\"");
        assertThat(request.options())
                .isEqualTo(new OnlineQueryRequest.Options(
                        1_357_034_400_000_000L,
                        true,
                        true,
                        50L,
                        true,
                        "test",
                        "correlation_id c, query_name n, deployment_id d"));
        assertThat(read("{'outputs': ['a.b']}").options())
                .isEqualTo(new OnlineQueryRequest.Options(null, false, false, null, false, null, ""));
    }

    @Test
    void everythingThatDoesNotFitIsTold() {
        FeatureGridException refused = catchThrowableOfType(FeatureGridException.class, () -> read("""
                {'inputs': [1], 'outputs': ['a.b', 3], 'now': 'soon', 'staleness': {'a.b': '10x', 'a.c': 3},
                 'explain': 1, 'deadline_ms': 0, 'context': 'x', 'branch_id': 'mine', 'query_name': 3}
                """));
        assertThat(refused.problems())
                .allMatch(problem -> problem.code() == ErrorCode.INVALID_QUERY)
                .extracting(problem -> problem.message().split(" ", -1)[0])
                .containsExactly(
                        "inputs",
                        "outputs",
                        "now",
                        "staleness",
                        "staleness",
                        "explain",
                        "deadline_ms",
                        "context",
                        "branch_id",
                        "query_name");
    }

    @Test
    void namesAreBounded() {
        List<String> five = Collections.nCopies(5, "'a.b'");
        assertThat(read("{'outputs': " + five + "}").shape().outputs()).hasSize(5);
        assertThatThrownBy(() -> read("{'outputs': " + Collections.nCopies(6, "'a.b'") + "}"))
                .hasMessage("TOO_LARGE: the query has more than 5 outputs (expected at most that many in one query)");
    }

    @Test
    void whatIsNoObjectIsRefused() {
        assertThatThrownBy(() -> read("[]")).hasMessageStartingWith("PARSE_FAILED");
    }

    private static OnlineQueryRequest read(String text) {
        try (JsonParser parser = JSON.createParser(text.replace('\'', '"'))) {
            return OnlineQueryReader.read(parser, 5);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }
}
