package io.featuregrid.planner.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeatureGridExceptionTest {
    @Test
    void everyCodeHasItsCategoryAndStatus() {
        Map.of(
                        ErrorCode.PARSE_FAILED, 400,
                        ErrorCode.RESOLVER_NOT_FOUND, 400,
                        ErrorCode.INVALID_QUERY, 400,
                        ErrorCode.CONFLICT, 409,
                        ErrorCode.TOO_LARGE, 413,
                        ErrorCode.VALIDATION_FAILED, 400,
                        ErrorCode.INTERNAL_SERVER_ERROR, 500,
                        ErrorCode.CANCELLED, 499,
                        ErrorCode.DEADLINE_EXCEEDED, 504,
                        ErrorCode.RESOURCE_EXHAUSTED, 429)
                .forEach((code, status) ->
                        assertThat(code.httpStatus()).as(code.name()).isEqualTo(status));
        assertThat(ErrorCode.CONFLICT.category()).isEqualTo(ErrorCode.Category.REQUEST);
        assertThat(ErrorCode.VALIDATION_FAILED.category()).isEqualTo(ErrorCode.Category.FIELD);
        assertThat(ErrorCode.UPSTREAM_FAILED.category()).isEqualTo(ErrorCode.Category.FIELD);
        assertThat(ErrorCode.CANCELLED.category()).isEqualTo(ErrorCode.Category.NETWORK);
    }

    @Test
    void severalProblemsAreOneMessageALineEach() {
        FeatureGridException refusal = new FeatureGridException(List.of(
                new Problem(ErrorCode.PARSE_FAILED, "first", "a.b"), new Problem(ErrorCode.CONFLICT, "second")));
        assertThat(refusal).hasMessage("PARSE_FAILED: first\nCONFLICT: second");
        assertThat(refusal.first().feature()).isEqualTo("a.b");
        assertThat(refusal.problems()).hasSize(2);
        assertThatThrownBy(() -> new FeatureGridException(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
