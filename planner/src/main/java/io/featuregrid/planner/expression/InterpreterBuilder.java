package io.featuregrid.planner.expression;

import io.featuregrid.planner.expression.Interpreter.Evaluation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes an {@link Interpreter} of an expression: names become places, constants are laid out. */
final class InterpreterBuilder {
    private final int inputs;
    private final Map<String, Deque<Integer>> scopes = new HashMap<>();
    private int depth;
    private int locals;

    InterpreterBuilder(int inputs) {
        this.inputs = inputs;
    }

    Interpreter build(Expression expression) {
        Evaluation root = evaluation(expression);
        return new Interpreter(root, locals, inputs);
    }

    private Evaluation evaluation(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> {
                Value value = literal.value();
                yield row -> value;
            }
            case Expression.Input input -> input(input.index());
            case Expression.Local local -> {
                int place = place(local.name());
                yield row -> row.locals[place];
            }
            case Expression.Let let -> let(let);
            case Expression.If choice -> choice(choice);
            case Expression.Unary unary -> {
                Evaluation operand = evaluation(unary.operand());
                UnaryOperator operator = unary.operator();
                yield row -> Operators.unary(operator, operand.of(row));
            }
            case Expression.Binary binary -> {
                Evaluation left = evaluation(binary.left());
                Evaluation right = evaluation(binary.right());
                BinaryOperator operator = binary.operator();
                yield row -> Operators.binary(operator, left.of(row), right.of(row), row.budget);
            }
            case Expression.Compare compare -> compare(compare);
            case Expression.And and -> chain(evaluations(and.operands()), false);
            case Expression.Or or -> chain(evaluations(or.operands()), true);
            case Expression.Call call -> call(call);
            case Expression.Member member -> member(member);
            case Expression.Lookup lookup -> lookup(lookup);
            case Expression.Index index -> index(index);
            case Expression.Slice slice -> slice(slice);
            case Expression.Format format -> format(format);
            case Expression.Join join -> join(evaluations(join.parts()));
            case Expression.Tuple tuple -> tuple(evaluations(tuple.items()));
            case Expression.Raise raise -> {
                Evaluation message = evaluation(raise.message());
                String exception = raise.exception();
                yield row -> {
                    throw new EvaluationException(exception, ValueText.str(message.of(row)));
                };
            }
        };
    }

    private Evaluation[] evaluations(List<Expression> expressions) {
        return expressions.stream().map(this::evaluation).toArray(Evaluation[]::new);
    }

    private Evaluation input(int index) {
        if (index < 0 || index >= inputs) {
            throw new IllegalArgumentException("input " + index + " (expected one of " + inputs + ", from 0)");
        }
        return row -> row.inputs[index];
    }

    private int place(String name) {
        Deque<Integer> places = scopes.get(name);
        if (places == null || places.isEmpty()) {
            throw new IllegalArgumentException("local '" + name + "' (expected a let around it)");
        }
        return places.peek();
    }

    private Evaluation let(Expression.Let let) {
        Evaluation value = evaluation(let.value());
        int place = depth++;
        locals = Math.max(locals, depth);
        Deque<Integer> places = scopes.computeIfAbsent(let.name(), name -> new ArrayDeque<>());
        places.push(place);
        Evaluation body = evaluation(let.body());
        places.pop();
        depth--;
        return row -> {
            row.budget.step(1);
            row.locals[place] = value.of(row);
            return body.of(row);
        };
    }

    private Evaluation choice(Expression.If choice) {
        Evaluation test = evaluation(choice.test());
        Evaluation then = evaluation(choice.then());
        Evaluation otherwise = evaluation(choice.otherwise());
        return row -> {
            row.budget.step(1);
            return Operands.isTrue(test.of(row)) ? then.of(row) : otherwise.of(row);
        };
    }

    private Evaluation compare(Expression.Compare compare) {
        Evaluation[] operands = evaluations(compare.operands());
        ComparisonOperator[] operators = compare.operators().toArray(ComparisonOperator[]::new);
        return row -> {
            Value left = operands[0].of(row);
            for (int index = 0; index < operators.length; index++) {
                Value right = operands[index + 1].of(row);
                if (!Operators.compare(operators[index], left, right)) {
                    return Operands.FALSE;
                }
                left = right;
            }
            return Operands.TRUE;
        };
    }

    /** {@code and}, {@code or}: ends with the first operand of a truth. */
    private static Evaluation chain(Evaluation[] operands, boolean end) {
        if (operands.length == 0) {
            throw new IllegalArgumentException("and, or without operands (expected one at least)");
        }
        return row -> {
            Value value = operands[0].of(row);
            for (int index = 1; index < operands.length && Operands.isTrue(value) != end; index++) {
                value = operands[index].of(row);
            }
            return value;
        };
    }

    private Evaluation call(Expression.Call call) {
        Function function = call.function();
        int count = call.arguments().size();
        if (count < function.least() || count > function.most()) {
            throw new IllegalArgumentException(function.word() + " with " + count + " arguments (expected "
                    + function.least() + " to " + function.most() + ")");
        }
        Evaluation[] arguments = evaluations(call.arguments());
        boolean ofText = Functions.family(function).equals("str");
        return row -> {
            row.budget.step(1);
            Value[] values = new Value[arguments.length];
            for (int index = 0; index < arguments.length; index++) {
                values[index] = arguments[index].of(row);
                if (ofText && index == 0 && !hasMethod(values[0], function)) {
                    // The method is looked for before its arguments are computed.
                    throw EvaluationException.attribute(values[0], Functions.name(function));
                }
            }
            return Functions.call(function, values, row.budget);
        };
    }

    /** Times have a {@code replace} too, which takes no texts. */
    private static boolean hasMethod(Value value, Function function) {
        return value instanceof Value.Text
                || (function == Function.STR_REPLACE && (value instanceof Value.Moment || value instanceof Value.Day));
    }

    private Evaluation member(Expression.Member member) {
        Evaluation value = evaluation(member.value());
        Set<Object> keys = new HashSet<>();
        member.constants().forEach(constant -> keys.add(ConstantKeys.of(constant)));
        return row -> Operands.truth(keys.contains(ConstantKeys.of(value.of(row))));
    }

    private Evaluation lookup(Expression.Lookup lookup) {
        Evaluation value = evaluation(lookup.value());
        Optional<Evaluation> otherwise = lookup.otherwise().map(this::evaluation);
        Map<Object, Value> entries = new HashMap<>();
        lookup.entries().forEach(entry -> entries.put(ConstantKeys.of(entry.key()), entry.value()));
        return row -> {
            Value key = value.of(row);
            Value absent = otherwise.isPresent() ? otherwise.get().of(row) : null;
            Value found = entries.get(ConstantKeys.of(key));
            if (found != null) {
                return found;
            }
            if (absent == null) {
                throw new EvaluationException("KeyError", ValueText.repr(key, false));
            }
            return absent;
        };
    }

    private static String sequence(Value value) {
        if (value instanceof Value.Text text) {
            return text.value();
        }
        throw EvaluationException.type("'" + TypeNames.of(value) + "' object is not subscriptable");
    }

    private Evaluation index(Expression.Index index) {
        Evaluation value = evaluation(index.value());
        Evaluation place = evaluation(index.index());
        return row -> {
            Value text = value.of(row);
            Value at = place.of(row);
            String sequence = sequence(text);
            if (!Operands.integral(at)) {
                throw EvaluationException.type("string indices must be integers, not '" + TypeNames.of(at) + "'");
            }
            return new Value.Text(Texts.item(sequence, Operands.whole(at)));
        };
    }

    private Evaluation slice(Expression.Slice slice) {
        Evaluation value = evaluation(slice.value());
        Evaluation lower = end(slice.lower());
        Evaluation upper = end(slice.upper());
        Evaluation step = end(slice.step());
        return row -> {
            Value text = value.of(row);
            Value from = lower.of(row);
            Value to = upper.of(row);
            Value by = step.of(row);
            String sequence = sequence(text);
            Long stride = ofSlice(by);
            if (stride != null && stride == 0) {
                throw EvaluationException.value("slice step cannot be zero");
            }
            return new Value.Text(Texts.slice(sequence, ofSlice(from), ofSlice(to), stride == null ? 1 : stride));
        };
    }

    private Evaluation end(Optional<Expression> end) {
        return end.map(this::evaluation).orElse(row -> Operands.NONE);
    }

    private static @Nullable Long ofSlice(Value end) {
        if (end instanceof Value.Nothing) {
            return null;
        }
        if (!Operands.integral(end)) {
            throw EvaluationException.type("slice indices must be integers or None or have an __index__ method");
        }
        return Operands.whole(end);
    }

    private Evaluation format(Expression.Format format) {
        Evaluation value = evaluation(format.value());
        String specification = format.specification();
        String conversion = format.conversion();
        return row -> {
            Value shown = converted(value.of(row), conversion);
            row.budget.step(1);
            return shown instanceof Value.Text && specification.isEmpty()
                    ? shown
                    : new Value.Text(Formats.format(shown, specification, row.budget));
        };
    }

    static Value converted(Value value, String conversion) {
        return switch (conversion) {
            case "" -> value;
            case "s" -> new Value.Text(ValueText.str(value));
            case "r" -> new Value.Text(ValueText.repr(value, false));
            case "a" -> new Value.Text(ValueText.repr(value, true));
            default -> throw new IllegalArgumentException("conversion '" + conversion + "' (expected r, s or a)");
        };
    }

    private static Evaluation join(Evaluation[] parts) {
        return row -> {
            StringBuilder text = new StringBuilder();
            long length = 0;
            for (Evaluation part : parts) {
                Value value = part.of(row);
                if (!(value instanceof Value.Text next)) {
                    throw EvaluationException.type(
                            "sequence item: expected str instance, " + TypeNames.of(value) + " found");
                }
                length += Texts.length(next.value());
                row.budget.text(length);
                text.append(next.value());
            }
            return new Value.Text(text.toString());
        };
    }

    private static Evaluation tuple(Evaluation[] items) {
        return row -> {
            Value[] values = new Value[items.length];
            for (int index = 0; index < items.length; index++) {
                values[index] = items[index].of(row);
            }
            row.items = List.of(values);
            return Operands.NONE;
        };
    }
}
