package io.featuregrid.planner.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InterpreterTest {
    /**
     * The cases are what {@code planner/src/test/python/expression_cases.py --cases 2500 --seed 7 --rows 2} prints under CPython 3.11. They check the
     * JSON and the kinds too: a result of a kind that the check of kinds does not name is a difference.
     */
    @Test
    void everyExpressionMeansWhatCPythonMeansByIt() throws IOException {
        List<String> differences = new ArrayList<>();
        int outcomes = 0;
        try (InputStream stream = Objects.requireNonNull(InterpreterTest.class.getResourceAsStream("cases.jsonl"));
                BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                JsonNode expected = ExpressionLines.MAPPER.readTree(line);
                JsonNode answer = ExpressionLines.answer(expected);
                for (int row = 0; row < expected.get("outcomes").size(); row++) {
                    outcomes++;
                    if (!agrees(expected.get("outcomes").get(row), (ObjectNode)
                            answer.get("outcomes").get(row))) {
                        differences.add("row " + row + " of " + line + " gave " + answer);
                    }
                }
            }
        }

        assertThat(differences).isEmpty();
        assertThat(outcomes).isEqualTo(5_000);
    }

    private static boolean agrees(JsonNode expected, ObjectNode outcome) {
        ObjectNode cpython = expected.deepCopy();
        boolean beyond = cpython.remove("beyond") != null;
        String raised = outcome.path("raised").asText();
        outcome.remove("message");
        return cpython.equals(outcome) || (beyond && (raised.equals("OverflowError") || raised.equals("MemoryError")));
    }

    @Test
    void integersAreExactOrFail() {
        long seed = 11;
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            long left = random.nextLong() >> random.nextInt(64);
            long right = random.nextLong() >> random.nextInt(64);
            BigInteger one = BigInteger.valueOf(left);
            BigInteger other = BigInteger.valueOf(right);
            check(seed, BinaryOperator.ADD, left, right, one.add(other));
            check(seed, BinaryOperator.SUBTRACT, left, right, one.subtract(other));
            check(seed, BinaryOperator.MULTIPLY, left, right, one.multiply(other));
            if (right != 0) {
                BigInteger rest = one.mod(other.abs());
                BigInteger floored = other.signum() < 0 && rest.signum() != 0 ? rest.add(other) : rest;
                check(seed, BinaryOperator.REMAINDER, left, right, floored);
                check(
                        seed,
                        BinaryOperator.FLOOR_DIVIDE,
                        left,
                        right,
                        one.subtract(floored).divide(other));
            }
        }
    }

    private static void check(long seed, BinaryOperator operator, long left, long right, BigInteger expected) {
        Interpreter interpreter =
                Interpreter.of(new Expression.Binary(operator, new Expression.Input(0), new Expression.Input(1)), 2);
        Value[] inputs = {new Value.Whole(left), new Value.Whole(right)};
        String subject = "seed " + seed + ": " + left + " " + operator + " " + right;
        if (expected.bitLength() > 63) {
            EvaluationException raised = catchThrowableOfType(
                    EvaluationException.class, () -> interpreter.evaluate(inputs, new Budget(() -> false)));
            assertThat(raised.exception()).as(subject).isEqualTo("OverflowError");
        } else {
            assertThat(interpreter.evaluate(inputs, new Budget(() -> false)))
                    .as(subject)
                    .containsExactly(new Value.Whole(expected.longValue()));
        }
    }

    @Test
    void quotientsOfIntegersAreRoundedOnce() {
        long seed = 12;
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            long left = random.nextLong() >> random.nextInt(64);
            long right = (random.nextLong() >> random.nextInt(64)) | 1;
            double exact = Double.parseDouble(new BigDecimal(left)
                    .divide(new BigDecimal(right), new MathContext(80, RoundingMode.HALF_EVEN))
                    .toString());
            assertThat(IntegerArithmetic.divide(left, right) + 0.0)
                    .as("seed %d: %d / %d", seed, left, right)
                    .isEqualTo(exact);
        }
    }

    @Test
    void aFloatIsWrittenInTheFewestDigitsThatReadBack() {
        long seed = 13;
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            double value = Math.abs(Double.longBitsToDouble(random.nextLong()));
            if (Double.isFinite(value) && value != 0) {
                String digits = FloatText.shortest(value).digits();
                assertThat(FloatText.parse(FloatText.repr(value)))
                        .as("seed %d", seed)
                        .isEqualTo(value);
                BigDecimal shorter = new BigDecimal(value)
                        .round(new MathContext(Math.max(1, digits.length() - 1), RoundingMode.HALF_EVEN));
                assertThat(digits.length() == 1 || shorter.doubleValue() != value)
                        .as("seed %d: %s has a shorter form", seed, value)
                        .isTrue();
            }
        }
        assertThat(FloatText.repr(Double.MIN_VALUE)).isEqualTo("5e-324");
        assertThat(FloatText.repr(1e16)).isEqualTo("1e+16");
    }

    @Test
    void aTextThatGrowsTooLongFails() {
        Expression text = new Expression.Literal(new Value.Text("ab"));
        for (int doubling = 0; doubling < 25; doubling++) {
            text = new Expression.Let(
                    "t",
                    text,
                    new Expression.Binary(BinaryOperator.ADD, new Expression.Local("t"), new Expression.Local("t")));
        }
        Interpreter interpreter = Interpreter.of(text, 0);

        EvaluationException raised = catchThrowableOfType(
                EvaluationException.class, () -> interpreter.evaluate(new Value[0], new Budget(() -> false)));

        assertThat(raised.exception()).isEqualTo("MemoryError");
    }

    @Test
    void anEvaluationThatNobodyWaitsForIsGivenUp() {
        Expression sum = new Expression.Literal(new Value.Whole(1));
        for (int step = 0; step < 150; step++) {
            sum = new Expression.Call(Function.ABS, List.of(sum));
        }
        Interpreter interpreter = Interpreter.of(sum, 0);
        Budget budget = new Budget(() -> true);

        assertThatThrownBy(() -> {
                    for (int row = 0; row < 100; row++) {
                        budget.reset();
                        interpreter.evaluate(new Value[0], budget);
                    }
                })
                .isInstanceOf(ExpiredException.class);
    }

    @Test
    void aLocalWithoutLetIsRefused() {
        assertThatThrownBy(() -> Interpreter.of(new Expression.Local("x"), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("local 'x' (expected a let around it)");
    }
}
