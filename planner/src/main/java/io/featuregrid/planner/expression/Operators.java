package io.featuregrid.planner.expression;

import org.jspecify.annotations.Nullable;

/** Operators between values, by their kinds. */
final class Operators {
    private Operators() {}

    static Value unary(UnaryOperator operator, Value value) {
        if (operator == UnaryOperator.NOT) {
            return Operands.truth(!Operands.isTrue(value));
        }
        if (Operands.integral(value)) {
            long whole = Operands.whole(value);
            return new Value.Whole(
                    switch (operator) {
                        case NEGATE -> IntegerArithmetic.negate(whole);
                        case INVERT -> ~whole;
                        case PLUS, NOT -> whole;
                    });
        }
        if (value instanceof Value.Real real && operator != UnaryOperator.INVERT) {
            return operator == UnaryOperator.NEGATE ? new Value.Real(-real.value()) : real;
        }
        if (value instanceof Value.Span span && operator != UnaryOperator.INVERT) {
            return operator == UnaryOperator.NEGATE ? new Value.Span(IntegerArithmetic.negate(span.micros())) : span;
        }
        throw EvaluationException.type(
                "bad operand type for unary " + symbol(operator) + ": '" + TypeNames.of(value) + "'");
    }

    static Value binary(BinaryOperator operator, Value left, Value right, Budget budget) {
        Value result;
        if (left instanceof Value.Whole one && right instanceof Value.Whole other) {
            result = integers(operator, one.value(), other.value());
        } else if (Operands.numeric(left) && Operands.numeric(right)) {
            result = numbers(operator, left, right);
        } else if (left instanceof Value.Text || right instanceof Value.Text) {
            result = texts(operator, left, right, budget);
        } else {
            result = TimeArithmetic.apply(operator, left, right);
        }
        if (result == null) {
            throw EvaluationException.type("unsupported operand type(s) for " + symbol(operator) + ": '"
                    + TypeNames.of(left) + "' and '" + TypeNames.of(right) + "'");
        }
        return result;
    }

    private static @Nullable Value numbers(BinaryOperator operator, Value left, Value right) {
        if (left instanceof Value.Truth one && right instanceof Value.Truth other) {
            switch (operator) {
                case BIT_AND -> {
                    return Operands.truth(one.value() && other.value());
                }
                case BIT_OR -> {
                    return Operands.truth(one.value() || other.value());
                }
                case BIT_XOR -> {
                    return Operands.truth(one.value() ^ other.value());
                }
                default -> {}
            }
        }
        if (Operands.integral(left) && Operands.integral(right)) {
            return integers(operator, Operands.whole(left), Operands.whole(right));
        }
        double one = Operands.real(left);
        double other = Operands.real(right);
        return switch (operator) {
            case ADD -> new Value.Real(one + other);
            case SUBTRACT -> new Value.Real(one - other);
            case MULTIPLY -> new Value.Real(one * other);
            case DIVIDE -> new Value.Real(FloatArithmetic.divide(one, other));
            case FLOOR_DIVIDE -> new Value.Real(FloatArithmetic.floorDivide(one, other));
            case REMAINDER -> new Value.Real(FloatArithmetic.remainder(one, other));
            case POWER -> new Value.Real(FloatArithmetic.power(one, other));
            case BIT_AND, BIT_OR, BIT_XOR, SHIFT_LEFT, SHIFT_RIGHT -> null;
        };
    }

    private static Value integers(BinaryOperator operator, long left, long right) {
        return switch (operator) {
            case ADD -> new Value.Whole(IntegerArithmetic.add(left, right));
            case SUBTRACT -> new Value.Whole(IntegerArithmetic.subtract(left, right));
            case MULTIPLY -> new Value.Whole(IntegerArithmetic.multiply(left, right));
            case DIVIDE -> new Value.Real(IntegerArithmetic.divide(left, right));
            case FLOOR_DIVIDE -> new Value.Whole(IntegerArithmetic.floorDivide(left, right));
            case REMAINDER -> new Value.Whole(IntegerArithmetic.remainder(left, right));
            case POWER ->
                right < 0
                        ? new Value.Real(FloatArithmetic.power((double) left, (double) right))
                        : new Value.Whole(IntegerArithmetic.power(left, right));
            case BIT_AND -> new Value.Whole(left & right);
            case BIT_OR -> new Value.Whole(left | right);
            case BIT_XOR -> new Value.Whole(left ^ right);
            case SHIFT_LEFT -> new Value.Whole(IntegerArithmetic.shiftLeft(left, right));
            case SHIFT_RIGHT -> new Value.Whole(IntegerArithmetic.shiftRight(left, right));
        };
    }

    private static @Nullable Value texts(BinaryOperator operator, Value left, Value right, Budget budget) {
        if (operator == BinaryOperator.ADD && left instanceof Value.Text one && right instanceof Value.Text other) {
            budget.text((long) Texts.length(one.value()) + Texts.length(other.value()));
            return new Value.Text(one.value() + other.value());
        }
        if (operator == BinaryOperator.MULTIPLY) {
            if (left instanceof Value.Text text && Operands.integral(right)) {
                return new Value.Text(Texts.repeat(text.value(), Operands.whole(right), budget));
            }
            if (right instanceof Value.Text text && Operands.integral(left)) {
                return new Value.Text(Texts.repeat(text.value(), Operands.whole(left), budget));
            }
        }
        if (operator == BinaryOperator.REMAINDER && left instanceof Value.Text) {
            throw EvaluationException.type("'%' of a str is not supported");
        }
        return null;
    }

    static boolean compare(ComparisonOperator operator, Value left, Value right) {
        return switch (operator) {
            case EQUAL -> equal(left, right);
            case NOT_EQUAL -> !equal(left, right);
            case LESS -> {
                int order = order("<", left, right);
                yield order < 0 && order != Integer.MIN_VALUE;
            }
            case LESS_OR_EQUAL -> {
                int order = order("<=", left, right);
                yield order <= 0 && order != Integer.MIN_VALUE;
            }
            case GREATER -> order(">", left, right) > 0;
            case GREATER_OR_EQUAL -> order(">=", left, right) >= 0;
            case IS -> same(left, right);
            case IS_NOT -> !same(left, right);
            case IN -> contains(left, right);
            case NOT_IN -> !contains(left, right);
        };
    }

    static boolean equal(Value left, Value right) {
        if (Operands.numeric(left) && Operands.numeric(right)) {
            return compareNumbers(left, right) == 0;
        }
        return left.kind() == right.kind() && left.equals(right);
    }

    private static boolean same(Value left, Value right) {
        if (left.kind() != right.kind()) {
            return false;
        }
        if (left instanceof Value.Nothing) {
            return true;
        }
        if (left instanceof Value.Truth one && right instanceof Value.Truth other) {
            return one.value() == other.value();
        }
        throw EvaluationException.type("'is' of two values of type " + TypeNames.of(left) + " is not supported");
    }

    private static boolean contains(Value part, Value text) {
        if (!(text instanceof Value.Text whole)) {
            throw EvaluationException.type("argument of type '" + TypeNames.of(text) + "' is not iterable");
        }
        if (!(part instanceof Value.Text sought)) {
            throw EvaluationException.type("'in <string>' requires string as left operand, not " + TypeNames.of(part));
        }
        return Texts.contains(whole.value(), sought.value());
    }

    /** Less than, equal to or more than 0; {@link Integer#MIN_VALUE} where a NaN is. */
    static int order(String symbol, Value left, Value right) {
        if (Operands.numeric(left) && Operands.numeric(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof Value.Text one && right instanceof Value.Text other) {
            return Texts.compare(one.value(), other.value());
        }
        if (left instanceof Value.Moment one && right instanceof Value.Moment other) {
            return Long.compare(one.micros(), other.micros());
        }
        if (left instanceof Value.Day one && right instanceof Value.Day other) {
            return Long.compare(one.days(), other.days());
        }
        if (left instanceof Value.Span one && right instanceof Value.Span other) {
            return Long.compare(one.micros(), other.micros());
        }
        throw EvaluationException.type("'" + symbol + "' not supported between instances of '" + TypeNames.of(left)
                + "' and '" + TypeNames.of(right) + "'");
    }

    private static int compareNumbers(Value left, Value right) {
        if (left instanceof Value.Real one) {
            if (right instanceof Value.Real other) {
                double ours = one.value();
                double theirs = other.value();
                return ours < theirs ? -1 : ours > theirs ? 1 : ours == theirs ? 0 : Integer.MIN_VALUE;
            }
            int turned = FloatArithmetic.compare(Operands.whole(right), one.value());
            return turned == Integer.MIN_VALUE ? turned : -turned;
        }
        return right instanceof Value.Real other
                ? FloatArithmetic.compare(Operands.whole(left), other.value())
                : Long.compare(Operands.whole(left), Operands.whole(right));
    }

    static String symbol(BinaryOperator operator) {
        return switch (operator) {
            case ADD -> "+";
            case SUBTRACT -> "-";
            case MULTIPLY -> "*";
            case DIVIDE -> "/";
            case FLOOR_DIVIDE -> "//";
            case REMAINDER -> "%";
            case POWER -> "** or pow()";
            case BIT_AND -> "&";
            case BIT_OR -> "|";
            case BIT_XOR -> "^";
            case SHIFT_LEFT -> "<<";
            case SHIFT_RIGHT -> ">>";
        };
    }

    static String symbol(UnaryOperator operator) {
        return switch (operator) {
            case NEGATE -> "-";
            case PLUS -> "+";
            case NOT -> "not";
            case INVERT -> "~";
        };
    }

    static String symbol(ComparisonOperator operator) {
        return switch (operator) {
            case EQUAL -> "==";
            case NOT_EQUAL -> "!=";
            case LESS -> "<";
            case LESS_OR_EQUAL -> "<=";
            case GREATER -> ">";
            case GREATER_OR_EQUAL -> ">=";
            case IS -> "is";
            case IS_NOT -> "is not";
            case IN -> "in";
            case NOT_IN -> "not in";
        };
    }
}
