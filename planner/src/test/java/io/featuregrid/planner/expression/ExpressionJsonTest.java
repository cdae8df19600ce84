package io.featuregrid.planner.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpressionJsonTest {
    @Test
    void whatIsMalformedIsNamedWithItsPlace() throws JsonProcessingException {
        Map<String, String> documents = Map.of(
                "{'format': 2, 'root': {}}", "expression of format 2 (expected",
                "{'format': 1}", "root is absent (expected an object with \"op\"",
                "{'format': 1, 'root': {'op': 'jump'}}", "root.op is \"jump\" (expected",
                "{'format': 1, 'root': {'op': 'add', 'left': {'op': 'input', 'index': 0}, 'right': 3}}",
                        "root.right is 3 (expected an object",
                "{'format': 1, 'root': {'op': 'not', 'operand': {'op': 'local', 'name': 'x'}}}",
                        "root.operand: local 'x' (expected a let",
                "{'format': 1, 'root': {'op': 'not', 'operand': {'op': 'tuple', 'items': []}}}",
                        "root.operand: a tuple inside",
                "{'format': 1, 'root': {'op': 'call', 'function': 'abs', 'arguments': []}}",
                        "root: abs with 0 arguments (expected 1 to 1)",
                "{'format': 1, 'root': {'op': 'literal', 'kind': 'int', 'value': '9223372036854775808'}}",
                        "root.value is \"9223372036854775808\" (expected a string of a decimal number");
        for (Map.Entry<String, String> document : documents.entrySet()) {
            assertThatThrownBy(() -> ExpressionJson.read(
                            ExpressionLines.MAPPER.readTree(document.getKey().replace('\'', '"'))))
                    .as(document.getKey())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(document.getValue().replace("local \"x\"", "local 'x'"));
        }
    }

    @Test
    void aTreeTooDeepIsRefused() throws JsonProcessingException {
        String deep = "{\"op\":\"not\",\"operand\":".repeat(200) + "{\"op\":\"input\",\"index\":0}" + "}".repeat(200);

        assertThatThrownBy(() ->
                        ExpressionJson.read(ExpressionLines.MAPPER.readTree("{\"format\":1,\"root\":" + deep + "}")))
                .hasMessageEndingWith("more than 200 nodes deep (expected fewer)");
    }

    @Test
    void theInputsThatAreNeededAreCounted() {
        assertThat(ExpressionJson.inputs(new Expression.Unary(UnaryOperator.NOT, new Expression.Input(3))))
                .isEqualTo(4);
        assertThat(ExpressionJson.inputs(new Expression.Literal(new Value.Nothing())))
                .isEqualTo(0);
    }
}
