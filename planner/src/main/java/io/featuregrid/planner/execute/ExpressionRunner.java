package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.expression.Budget;
import io.featuregrid.planner.expression.EvaluationException;
import io.featuregrid.planner.expression.ExpiredException;
import io.featuregrid.planner.expression.Expression;
import io.featuregrid.planner.expression.Interpreter;
import io.featuregrid.planner.expression.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Runs resolvers that are formulas, row by row, on the thread of the caller. Safe for use by several threads. */
public final class ExpressionRunner implements FunctionRunner {
    /** Formulas that are kept ready, those used last. */
    private static final int MOST_READY = 1_000;

    private static final int MOST_MESSAGE = 1_000;

    private final LinkedHashMap<Key, Ready> ready = new LinkedHashMap<>(64, 0.75f, true);

    /** A resolver's version stands for its code, but numbers of proposals are all 0: the tree itself is compared by identity. */
    private record Key(String name, int version) {}

    private record Ready(Expression expression, Interpreter interpreter) {
        /** Comparing trees would cost as much as computing them. */
        @SuppressWarnings("ReferenceEquality")
        boolean of(Expression asked) {
            return expression == asked;
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the resolver is no formula, or one over types that formulas do not have
     */
    @Override
    public FunctionResult run(FunctionCall call, Deadline deadline) {
        if (!(call.resolver().body() instanceof ResolverBody.Formula formula)) {
            throw new IllegalArgumentException("'" + call.resolver().name() + "' is no formula (expected one)");
        }
        Interpreter interpreter = interpreter(call, formula.expression());
        Run run = new Run(call);
        Budget budget = new Budget(() -> deadline.remainingNanos() <= 0);
        int rows = call.inputs().rows();
        int row = 0;
        try {
            for (; row < rows; row++) {
                if (deadline.remainingNanos() <= 0) {
                    break;
                }
                budget.reset();
                run.row(interpreter, row, budget);
            }
        } catch (ExpiredException expired) {
            // This row and all behind it are late.
        }
        for (; row < rows; row++) {
            run.fail(
                    row,
                    FunctionFailure.ALL,
                    ErrorCode.RESOLVER_TIMED_OUT,
                    "`" + call.resolver().name() + "` had not computed the value in time",
                    "");
        }
        return run.result();
    }

    private Interpreter interpreter(FunctionCall call, Expression expression) {
        Key key = new Key(call.resolver().name(), call.resolver().version());
        synchronized (ready) {
            Ready known = ready.get(key);
            if (known != null && known.of(expression)) {
                return known.interpreter();
            }
        }
        Interpreter made = Interpreter.of(expression, call.resolver().inputs().size());
        synchronized (ready) {
            ready.put(key, new Ready(expression, made));
            if (ready.size() > MOST_READY) {
                ready.pollFirstEntry();
            }
        }
        return made;
    }

    /** The outputs of one call as they come. */
    private static final class Run {
        private final FunctionCall call;
        private final Value[] inputs;
        private final List<ColumnBuilder> builders = new ArrayList<>();
        private final List<FunctionFailure> failures = new ArrayList<>();

        Run(FunctionCall call) {
            this.call = call;
            this.inputs = new Value[call.inputTypes().size()];
            for (Feature output : call.outputs()) {
                builders.add(new ColumnBuilder(
                        output.type().columnType(), call.inputs().rows()));
            }
        }

        void row(Interpreter interpreter, int row, Budget budget) {
            List<Value> results;
            try {
                for (int index = 0; index < inputs.length; index++) {
                    Column column = call.inputs().column(index);
                    inputs[index] = ResultConversion.valueOf(call.inputTypes().get(index), column, row);
                }
                results = interpreter.evaluate(inputs, budget);
            } catch (EvaluationException raised) {
                String exception = raised.exception() + ": " + shortened(raised.text());
                fail(row, FunctionFailure.ALL, ErrorCode.RESOLVER_FAILED, name() + " raised " + exception, exception);
                return;
            }
            if (results.size() != builders.size()) {
                fail(
                        row,
                        FunctionFailure.ALL,
                        ErrorCode.VALIDATION_FAILED,
                        name() + " gave " + results.size() + " values (expected " + builders.size() + ")",
                        "");
                return;
            }
            for (int output = 0; output < results.size(); output++) {
                store(row, output, results.get(output));
            }
        }

        private void store(int row, int output, Value value) {
            Feature feature = call.outputs().get(output);
            try {
                Object boxed = ResultConversion.boxed(feature.type(), value);
                TypedValues.set(feature.type(), builders.get(output), row, boxed);
            } catch (ResultConversion.LossyException lossy) {
                fail(row, output, ErrorCode.VALIDATION_FAILED, name() + " gave " + lossy.text(), "");
            }
        }

        void fail(int row, int output, ErrorCode code, String message, String exception) {
            failures.add(new FunctionFailure(row, output, code, message, exception.isEmpty() ? null : exception));
            for (int index = 0; index < builders.size(); index++) {
                if (output == FunctionFailure.ALL || output == index) {
                    builders.get(index).setNull(row);
                }
            }
        }

        FunctionResult result() {
            return new FunctionResult(
                    builders.stream().map(ColumnBuilder::build).toList(), failures);
        }

        private String name() {
            return "`" + call.resolver().name() + "`";
        }

        private static String shortened(String text) {
            return text.length() <= MOST_MESSAGE ? text : text.substring(0, MOST_MESSAGE) + "...";
        }
    }
}
