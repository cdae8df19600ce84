package io.featuregrid.planner.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KindCheckTest {
    private static final Expression FIRST = new Expression.Input(0);
    private static final Expression SECOND = new Expression.Input(1);

    @Test
    void anOperationThatNoKindsMakeValidIsAProblem() {
        Expression sum = new Expression.Binary(BinaryOperator.ADD, FIRST, SECOND);

        assertThat(KindCheck.check(sum, List.of(EnumSet.of(Kind.STR), EnumSet.of(Kind.INT, Kind.NONE)))
                        .problems())
                .containsExactly("'+' of str and int|None");
    }

    @Test
    void aNoneAmongThePossibleKindsIsNone() {
        Expression sum = new Expression.Binary(BinaryOperator.ADD, FIRST, SECOND);

        KindCheck.Checked checked =
                KindCheck.check(sum, List.of(EnumSet.of(Kind.INT, Kind.NONE), EnumSet.of(Kind.FLOAT, Kind.BOOL)));

        assertThat(checked.problems()).isEmpty();
        assertThat(checked.results()).containsExactly(EnumSet.of(Kind.INT, Kind.FLOAT));
    }

    @Test
    void whatAlwaysRaisesHasNoKind() {
        Expression raise = new Expression.Raise("ValueError", new Expression.Literal(new Value.Text("no")));
        Expression choice = new Expression.If(FIRST, raise, new Expression.Tuple(List.of(FIRST, SECOND)));
        List<Set<Kind>> inputs = List.of(EnumSet.of(Kind.BOOL), EnumSet.of(Kind.STR));

        assertThat(KindCheck.check(raise, inputs).results()).containsExactly(Set.of());
        assertThat(KindCheck.check(choice, inputs).results())
                .containsExactly(EnumSet.of(Kind.BOOL), EnumSet.of(Kind.STR));
    }

    @Test
    void aFormatOfATimeThatDependsOnTheMachineIsAProblem() {
        Expression format = new Expression.Format(FIRST, "", "%c");

        assertThat(KindCheck.check(format, List.of(EnumSet.of(Kind.DATETIME))).problems())
                .containsExactly("the format '%c' of datetime");
    }

    @Test
    void aSliceOfANumberIsAProblem() {
        Expression slice = new Expression.Slice(FIRST, Optional.empty(), Optional.of(SECOND), Optional.empty());

        assertThat(KindCheck.check(slice, List.of(EnumSet.of(Kind.INT), EnumSet.of(Kind.INT)))
                        .problems())
                .containsExactly("a slice of int and int");
    }

    @Test
    void anOperationThatOnlySomeRowsComeToIsTheirErrorAndNoProblem() {
        Expression wrong = new Expression.Binary(BinaryOperator.ADD, FIRST, SECOND);
        Expression one = new Expression.Literal(new Value.Whole(1));
        List<Set<Kind>> inputs = List.of(EnumSet.of(Kind.STR), EnumSet.of(Kind.INT));
        List<ComparisonOperator> chain = List.of(ComparisonOperator.LESS, ComparisonOperator.LESS);

        for (Expression expression : List.of(
                new Expression.If(SECOND, wrong, one),
                new Expression.Or(List.of(SECOND, wrong)),
                new Expression.Compare(chain, List.of(SECOND, one, wrong)))) {
            assertThat(KindCheck.check(expression, inputs).problems()).isEmpty();
        }
        for (Expression expression : List.of(
                new Expression.If(wrong, one, one),
                new Expression.Or(List.of(wrong, SECOND)),
                new Expression.Compare(chain, List.of(one, wrong, one)),
                new Expression.If(SECOND, wrong, wrong))) {
            assertThat(KindCheck.check(expression, inputs).problems()).containsExactly("'+' of str and int");
        }
    }
}
