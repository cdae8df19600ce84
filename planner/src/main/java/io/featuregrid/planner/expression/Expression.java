package io.featuregrid.planner.expression;

import java.util.List;
import java.util.Optional;

/**
 * A function of a resolver's inputs, as a tree. Each node means what the same words mean in CPython, but that an int beyond 64 bits fails.
 * Immutable.
 */
public sealed interface Expression {
    /**
     * A constant.
     *
     * @param value never a result that depends on a row
     */
    record Literal(Value value) implements Expression {}

    /**
     * An input of the resolver.
     *
     * @param index its place among the resolver's inputs
     */
    record Input(int index) implements Expression {}

    /** The value that the nearest {@link Let} around gave to a name. */
    record Local(String name) implements Expression {}

    /** {@code name = value}, then {@code body}; the value is computed once, before the body. */
    record Let(String name, Expression value, Expression body) implements Expression {}

    /** {@code then if test else otherwise}: only one of the two is computed. */
    record If(Expression test, Expression then, Expression otherwise) implements Expression {}

    record Unary(UnaryOperator operator, Expression operand) implements Expression {}

    record Binary(BinaryOperator operator, Expression left, Expression right) implements Expression {}

    /**
     * A comparison, which may be chained: {@code a < b <= c}. Each operand is computed once, and none behind the first that is false.
     *
     * @param operators one less than operands
     */
    record Compare(List<ComparisonOperator> operators, List<Expression> operands) implements Expression {
        public Compare {
            operators = List.copyOf(operators);
            operands = List.copyOf(operands);
            if (operators.isEmpty() || operands.size() != operators.size() + 1) {
                throw new IllegalArgumentException(operands.size() + " operands for " + operators.size()
                        + " comparisons (expected one operand more than comparisons)");
            }
        }
    }

    /** {@code and}: the first operand that is false, else the last one. */
    record And(List<Expression> operands) implements Expression {
        public And {
            operands = List.copyOf(operands);
        }
    }

    /** {@code or}: the first operand that is true, else the last one. */
    record Or(List<Expression> operands) implements Expression {
        public Or {
            operands = List.copyOf(operands);
        }
    }

    /** A call of a function or method that is part of the language; a method's first argument is the value it belongs to. */
    record Call(Function function, List<Expression> arguments) implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** {@code value in (constants)}. */
    record Member(Expression value, List<Value> constants) implements Expression {
        public Member {
            constants = List.copyOf(constants);
        }
    }

    /**
     * A look-up in a constant dict: {@code {...}[value]}, or {@code {...}.get(value, otherwise)}.
     *
     * @param otherwise computed first and taken where the key is absent; empty: a KeyError
     */
    record Lookup(Expression value, List<Entry> entries, Optional<Expression> otherwise) implements Expression {
        public Lookup {
            entries = List.copyOf(entries);
        }
    }

    /** A pair of a constant dict. */
    record Entry(Value key, Value value) {}

    /** {@code value[index]} of a text: one code point. */
    record Index(Expression value, Expression index) implements Expression {}

    /** {@code value[lower:upper:step]} of a text, in code points. */
    record Slice(Expression value, Optional<Expression> lower, Optional<Expression> upper, Optional<Expression> step)
            implements Expression {}

    /**
     * One replacement field of an f-string.
     *
     * @param conversion {@code r}, {@code s} or {@code a} after {@code !}; empty for none
     * @param specification what stands behind the colon; constant
     */
    record Format(Expression value, String conversion, String specification) implements Expression {}

    /** The parts of an f-string, texts all, one behind the other. */
    record Join(List<Expression> parts) implements Expression {
        public Join {
            parts = List.copyOf(parts);
        }
    }

    /** Several values: only as the whole result, or as the result of a {@link Let} or {@link If} that is. */
    record Tuple(List<Expression> items) implements Expression {
        public Tuple {
            items = List.copyOf(items);
        }
    }

    /**
     * {@code raise}.
     *
     * @param exception the name of a built-in exception
     * @param message a text
     */
    record Raise(String exception, Expression message) implements Expression {}
}
