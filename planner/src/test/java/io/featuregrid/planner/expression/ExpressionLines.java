package io.featuregrid.planner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Evaluates expressions of lines of JSON: {@code {"root": NODE, "inputs": [[C, ...], ...]}} is answered with one outcome a row of inputs,
 * {@code {"values": [C, ...]}} or {@code {"raised": "ValueError", "message": "..."}}, and with what the check of kinds says. A program, so
 * that another one can compare.
 */
public final class ExpressionLines {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private ExpressionLines() {}

    public static void main(String[] arguments) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintWriter writer = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            writer.println(MAPPER.writeValueAsString(answer(MAPPER.readTree(line))));
        }
        writer.flush();
    }

    static ObjectNode answer(JsonNode line) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("format", 1);
        document.set("root", line.get("root"));
        Expression expression = ExpressionJson.read(document);
        if (!ExpressionJson.write(expression).equals(document)) {
            throw new IllegalStateException(document + " is written as " + ExpressionJson.write(expression));
        }
        JsonNode rows = line.get("inputs");
        List<Value[]> inputs = new ArrayList<>();
        rows.forEach(row -> inputs.add(values(row)));
        int width = inputs.getFirst().length;
        List<Set<Kind>> kinds = new ArrayList<>();
        for (int index = 0; index < width; index++) {
            Set<Kind> possible = EnumSet.noneOf(Kind.class);
            for (Value[] row : inputs) {
                possible.add(row[index].kind());
            }
            kinds.add(possible);
        }
        KindCheck.Checked checked = KindCheck.check(expression, kinds);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode problems = answer.putArray("problems");
        checked.problems().forEach(problems::add);
        Interpreter interpreter = Interpreter.of(expression, width);
        Budget budget = new Budget(() -> false);
        ArrayNode outcomes = answer.putArray("outcomes");
        for (Value[] row : inputs) {
            outcomes.add(outcome(interpreter, row, budget, checked));
        }
        return answer;
    }

    static ObjectNode outcome(Interpreter interpreter, Value[] row, Budget budget, KindCheck.Checked checked) {
        ObjectNode outcome = JsonNodeFactory.instance.objectNode();
        budget.reset();
        try {
            List<Value> values = interpreter.evaluate(row, budget);
            ArrayNode results = outcome.putArray("values");
            for (int index = 0; index < values.size(); index++) {
                results.add(ExpressionWriter.constant(JsonNodeFactory.instance.objectNode(), values.get(index)));
                if (!checked.results().get(index).contains(values.get(index).kind())) {
                    outcome.put("unexpected", checked.results().toString());
                }
            }
        } catch (EvaluationException raised) {
            outcome.put("raised", raised.exception()).put("message", raised.text());
        }
        return outcome;
    }

    static Value[] values(JsonNode row) {
        List<Value> values = new ArrayList<>();
        for (JsonNode constant : row) {
            ObjectNode document = JsonNodeFactory.instance.objectNode().put("format", 1);
            document.set("root", ((ObjectNode) constant.deepCopy()).put("op", "literal"));
            values.add(((Expression.Literal) ExpressionJson.read(document)).value());
        }
        return values.toArray(Value[]::new);
    }
}
