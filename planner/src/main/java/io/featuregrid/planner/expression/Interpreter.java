package io.featuregrid.planner.expression;

import java.util.List;

/**
 * An expression made ready to be evaluated, row by row: what CPython 3.11 computes, but that ints and timedeltas beyond 64 bits fail with an
 * OverflowError and texts beyond {@link Budget#MOST_TEXT} code points with a MemoryError. Simple on purpose: whatever computes expressions
 * faster is measured by it. Immutable; safe for use by several threads, each with a {@link Budget} of its own.
 */
public final class Interpreter {
    private final Evaluation root;
    private final int locals;
    private final int inputs;

    Interpreter(Evaluation root, int locals, int inputs) {
        this.root = root;
        this.locals = locals;
        this.inputs = inputs;
    }

    /** What a node becomes. */
    interface Evaluation {
        Value of(Row row);
    }

    /** The values of one row. */
    static final class Row {
        final Value[] inputs;
        final Value[] locals;
        final Budget budget;

        /** Where a tuple leaves its items. */
        List<Value> items = List.of();

        Row(Value[] inputs, int locals, Budget budget) {
            this.inputs = inputs;
            this.locals = new Value[locals];
            this.budget = budget;
        }
    }

    /**
     * Makes an expression ready.
     *
     * @param inputs how many values each row has
     * @throws IllegalArgumentException if it names an input that no row has, or a local that nothing around it gives a value
     */
    public static Interpreter of(Expression expression, int inputs) {
        return new InterpreterBuilder(inputs).build(expression);
    }

    /**
     * Computes a row.
     *
     * @param values of the inputs; a datetime or date outside the years 1 to 9999 is not checked for
     * @return one value, or one an item of the tuple that the expression ends in
     * @throws EvaluationException what the expression raises
     * @throws ExpiredException if there is no time left
     */
    public List<Value> evaluate(Value[] values, Budget budget) {
        if (values.length != inputs) {
            throw new IllegalArgumentException(values.length + " values (expected " + inputs + ")");
        }
        Row row = new Row(values, locals, budget);
        Value value = root.of(row);
        return row.items.isEmpty() ? List.of(value) : row.items;
    }
}
