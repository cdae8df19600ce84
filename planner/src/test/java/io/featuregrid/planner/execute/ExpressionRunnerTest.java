package io.featuregrid.planner.execute;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Documentation;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.FormulaTypes;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.definition.ResolverInput;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.definition.Values;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.expression.BinaryOperator;
import io.featuregrid.planner.expression.Expression;
import io.featuregrid.planner.expression.Value;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpressionRunnerTest {
    private static final Expression FIRST = new Expression.Input(0);

    @Test
    void aRowThatRaisesFailsAloneAndSaysWhat() {
        Expression quotient =
                new Expression.Binary(BinaryOperator.FLOOR_DIVIDE, new Expression.Literal(new Value.Whole(7)), FIRST);

        FunctionResult result = run(quotient, FeatureType.INT64, FeatureType.INT64, Deadline.NONE, 2L, 0L, -2L);

        assertThat(boxed(FeatureType.INT64, result.outputs().getFirst())).containsExactly(3L, null, -4L);
        assertThat(result.failures())
                .containsExactly(new FunctionFailure(
                        1,
                        FunctionFailure.ALL,
                        ErrorCode.RESOLVER_FAILED,
                        "`ratio` raised ZeroDivisionError: integer division or modulo by zero",
                        "ZeroDivisionError: integer division or modulo by zero"));
    }

    @Test
    void aResultIsConvertedWhereNothingIsLostElseItsCellFails() {
        FunctionResult whole =
                run(FIRST, FeatureType.FLOAT64, FeatureType.INT64, Deadline.NONE, 3.0, 2.5, null, -0.0, 0x1p63);

        assertThat(boxed(FeatureType.INT64, whole.outputs().getFirst())).containsExactly(3L, null, null, 0L, null);
        assertThat(whole.failures())
                .extracting(FunctionFailure::row, FunctionFailure::code, FunctionFailure::message)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                1, ErrorCode.VALIDATION_FAILED, "`ratio` gave 2.5 (expected a value of type int64)"),
                        org.assertj.core.groups.Tuple.tuple(
                                4,
                                ErrorCode.VALIDATION_FAILED,
                                "`ratio` gave 9.223372036854776e+18 (expected a value of type int64)"));

        FunctionResult real = run(
                FIRST, FeatureType.INT64, FeatureType.FLOAT64, Deadline.NONE, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE);
        assertThat(boxed(FeatureType.FLOAT64, real.outputs().getFirst())).containsExactly(0x1p53, null, null);

        FeatureType colour = new EnumType(List.of("blue", "red"));
        FunctionResult text = run(FIRST, FeatureType.STRING, colour, Deadline.NONE, "red", "pink");
        assertThat(boxed(colour, text.outputs().getFirst())).containsExactly("red", null);
    }

    @Test
    void aTimestampThatCPythonHasNotFailsItsRow() {
        FunctionResult result =
                run(FIRST, FeatureType.TIMESTAMP, FeatureType.TIMESTAMP, Deadline.NONE, 0L, Long.MIN_VALUE);

        assertThat(boxed(FeatureType.TIMESTAMP, result.outputs().getFirst())).containsExactly(0L, null);
        assertThat(result.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.RESOLVER_FAILED);
            assertThat(failure.message()).startsWith("`ratio` raised OverflowError: ");
        });
    }

    @Test
    void rowsBehindTheDeadlineTimeOut() {
        long[] nanos = {0};
        // Each look at the clock takes a millisecond.
        Deadline deadline = Deadline.after(() -> nanos[0] += 1_000_000, 0, 3L);

        FunctionResult result = run(FIRST, FeatureType.INT64, FeatureType.INT64, deadline, 1L, 2L, 3L, 4L);

        assertThat(boxed(FeatureType.INT64, result.outputs().getFirst())).containsExactly(1L, 2L, null, null);
        assertThat(result.failures())
                .extracting(FunctionFailure::row, FunctionFailure::code)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2, ErrorCode.RESOLVER_TIMED_OUT),
                        org.assertj.core.groups.Tuple.tuple(3, ErrorCode.RESOLVER_TIMED_OUT));
    }

    @Test
    void typesWithoutAKindAreNotSupported() {
        assertThat(FormulaTypes.kind(FeatureType.BINARY)).isEmpty();
        assertThat(FormulaTypes.kind(FeatureType.parse("list<int64>"))).isEmpty();
        assertThat(FormulaTypes.kind(FeatureType.parse("decimal(4,2)"))).isEmpty();
    }

    private static FunctionResult run(
            Expression expression, FeatureType from, FeatureType to, Deadline deadline, @Nullable Object... values) {
        ColumnBuilder builder = new ColumnBuilder(from.columnType(), values.length);
        for (int row = 0; row < values.length; row++) {
            TypedValues.set(from, builder, row, values[row]);
        }
        Resolver resolver = new Resolver(
                "ratio",
                1,
                new Resolver.Signature("flight", List.of(new ResolverInput.Path("flight.x", true)), List.of("y")),
                new ResolverBody.Formula(expression),
                Resolver.Conditions.NONE,
                Documentation.NONE);
        FeatureBatch inputs = FeatureBatch.onHeap(List.of("0"), List.of(builder.build()), values.length);
        return new ExpressionRunner()
                .run(new FunctionCall(resolver, List.of(from), List.of(feature(to)), inputs, 1, "trace"), deadline);
    }

    private static Feature feature(FeatureType type) {
        return new Feature(
                "y", 1, 1, new Values(type, true, null, null, null), Freshness.UNDECLARED, Documentation.NONE);
    }

    private static List<@Nullable Object> boxed(FeatureType type, Column column) {
        @Nullable Object[] values = new Object[column.rows()];
        for (int row = 0; row < values.length; row++) {
            values[row] = TypedValues.box(type, column, row);
        }
        return Arrays.asList(values);
    }
}
