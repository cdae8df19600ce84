package io.featuregrid.planner.expression;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Says, before any row is there, which kinds the results of an expression may have, and which operations cannot succeed whatever the values.
 * It never says so of an operation that CPython computes for some values of the kinds; what it does not say may still fail for a row. Of
 * what always fails nothing else is said. An operation that only some rows come to, in a branch or behind an {@code and}, is told only if
 * no row has a result: else the rows that come to it fail, and the others have the values that CPython gives them.
 */
public final class KindCheck {
    private final List<Set<Kind>> inputs;
    private final Map<String, Set<Kind>> locals = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    /** Of operations that only some rows come to. */
    private final List<String> problemsOfSomeRows = new ArrayList<>();
    /** How many branches are around what is checked. */
    private int branches;

    private KindCheck(List<Set<Kind>> inputs) {
        this.inputs = inputs;
    }

    /**
     * What was found.
     *
     * @param results the possible kinds of each result: one, or one an item of the tuple; no kind at all where every row fails
     * @param problems operations because of which every row fails, as {@code '+' of str and int}; none is fine
     */
    public record Checked(List<Set<Kind>> results, List<String> problems) {
        public Checked {
            results = List.copyOf(results);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Checks an expression.
     *
     * @param inputs the possible kinds of each input, NONE among them if it may be null
     * @throws IllegalArgumentException if it names an input or a local that is not there
     */
    public static Checked check(Expression expression, List<Set<Kind>> inputs) {
        Interpreter.of(expression, inputs.size());
        KindCheck check = new KindCheck(inputs);
        List<Set<Kind>> results = check.results(expression);
        boolean fails = results.stream().anyMatch(Set::isEmpty);
        List<String> problems = new ArrayList<>(check.problems);
        if (results.isEmpty() || fails) {
            problems.addAll(check.problemsOfSomeRows);
        }
        return new Checked(
                results.isEmpty() ? List.of(none()) : results,
                problems.stream().distinct().toList());
    }

    /** The kinds of each result; an empty list if there is none because the expression always fails. */
    private List<Set<Kind>> results(Expression expression) {
        return switch (expression) {
            case Expression.Tuple tuple ->
                tuple.items().stream().map(this::kinds).toList();
            case Expression.Let let -> {
                Optional<Set<Kind>> before = bind(let);
                List<Set<Kind>> results = results(let.body());
                unbind(let, before);
                yield results;
            }
            case Expression.If choice -> {
                kinds(choice.test());
                yield merged(inBranch(() -> results(choice.then())), inBranch(() -> results(choice.otherwise())));
            }
            default -> {
                Set<Kind> kinds = kinds(expression);
                yield kinds.isEmpty() ? List.of() : List.of(kinds);
            }
        };
    }

    private List<Set<Kind>> merged(List<Set<Kind>> some, List<Set<Kind>> others) {
        if (some.isEmpty() || others.isEmpty()) {
            return some.isEmpty() ? others : some;
        }
        if (some.size() != others.size()) {
            problems.add("a result of " + some.size() + " and one of " + others.size() + " values");
            return some;
        }
        List<Set<Kind>> merged = new ArrayList<>();
        for (int index = 0; index < some.size(); index++) {
            merged.add(union(some.get(index), others.get(index)));
        }
        return merged;
    }

    private Optional<Set<Kind>> bind(Expression.Let let) {
        Set<Kind> value = kinds(let.value());
        return Optional.ofNullable(locals.put(let.name(), value));
    }

    private void unbind(Expression.Let let, Optional<Set<Kind>> before) {
        if (before.isPresent()) {
            locals.put(let.name(), before.get());
        } else {
            locals.remove(let.name());
        }
    }

    private Set<Kind> kinds(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> EnumSet.of(literal.value().kind());
            case Expression.Input input -> inputs.get(input.index());
            case Expression.Local local -> locals.getOrDefault(local.name(), none());
            case Expression.Let let -> {
                Optional<Set<Kind>> before = bind(let);
                Set<Kind> body = kinds(let.body());
                unbind(let, before);
                yield body;
            }
            case Expression.If choice -> {
                kinds(choice.test());
                yield union(inBranch(() -> kinds(choice.then())), inBranch(() -> kinds(choice.otherwise())));
            }
            case Expression.Unary unary -> {
                Set<Kind> operand = kinds(unary.operand());
                yield found(
                        any(operand, kind -> KindRules.unary(unary.operator(), kind)),
                        "'" + Operators.symbol(unary.operator()) + "'",
                        List.of(operand));
            }
            case Expression.Binary binary -> {
                Set<Kind> left = kinds(binary.left());
                Set<Kind> right = kinds(binary.right());
                String symbol = binary.operator() == BinaryOperator.POWER ? "**" : Operators.symbol(binary.operator());
                yield found(
                        pairs(left, right, (one, other) -> KindRules.binary(binary.operator(), one, other)),
                        "'" + symbol + "'",
                        List.of(left, right));
            }
            case Expression.Compare compare -> compare(compare);
            case Expression.And and -> chain(and.operands(), false);
            case Expression.Or or -> chain(or.operands(), true);
            case Expression.Call call -> call(call);
            case Expression.Member member -> {
                kinds(member.value());
                yield EnumSet.of(Kind.BOOL);
            }
            case Expression.Lookup lookup -> lookup(lookup);
            case Expression.Index index -> {
                Set<Kind> value = kinds(index.value());
                Set<Kind> place = kinds(index.index());
                yield found(
                        pairs(
                                value,
                                place,
                                (one, other) -> when(one == Kind.STR && KindRules.INTEGRAL.contains(other), Kind.STR)),
                        "an index",
                        List.of(value, place));
            }
            case Expression.Slice slice -> slice(slice);
            case Expression.Format format -> format(format);
            case Expression.Join join -> {
                List<Set<Kind>> parts = join.parts().stream().map(this::kinds).toList();
                yield parts.stream().allMatch(part -> part.isEmpty() || part.contains(Kind.STR))
                        ? EnumSet.of(Kind.STR)
                        : found(none(), "a join", parts);
            }
            case Expression.Tuple tuple -> {
                tuple.items().forEach(this::kinds);
                problems.add("a tuple inside of an expression");
                yield none();
            }
            case Expression.Raise raise -> {
                kinds(raise.message());
                yield none();
            }
        };
    }

    private Set<Kind> compare(Expression.Compare compare) {
        Set<Kind> first = kinds(compare.operands().get(0));
        Set<Kind> second = kinds(compare.operands().get(1));
        Set<Kind> result = compared(compare.operators().get(0), first, second);
        return result.isEmpty() ? result : inBranch(() -> furtherCompared(compare, second));
    }

    /** The comparisons of a chain behind the first one, which some rows do not come to. */
    private Set<Kind> furtherCompared(Expression.Compare compare, Set<Kind> second) {
        Set<Kind> left = second;
        for (int index = 1; index < compare.operators().size(); index++) {
            Set<Kind> right = kinds(compare.operands().get(index + 1));
            compared(compare.operators().get(index), left, right);
            left = right;
        }
        return EnumSet.of(Kind.BOOL);
    }

    private Set<Kind> compared(ComparisonOperator operator, Set<Kind> left, Set<Kind> right) {
        return found(
                pairs(left, right, (one, other) -> when(KindRules.compares(operator, one, other), Kind.BOOL)),
                "'" + Operators.symbol(operator) + "'",
                List.of(left, right));
    }

    /** The first operand of a truth, else the last one. */
    private Set<Kind> chain(List<Expression> operands, boolean end) {
        EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int index = 0; index < operands.size(); index++) {
            Expression next = operands.get(index);
            Set<Kind> operand = index == 0 ? kinds(next) : inBranch(() -> kinds(next));
            boolean last = index == operands.size() - 1;
            operand.stream().filter(kind -> last || KindRules.maybe(kind, end)).forEach(kinds::add);
        }
        return kinds;
    }

    private Set<Kind> call(Expression.Call call) {
        Function function = call.function();
        List<Set<Kind>> arguments = call.arguments().stream().map(this::kinds).toList();
        if (arguments.stream().anyMatch(Set::isEmpty)) {
            return none();
        }
        String what = function.word() + "()";
        if (function == Function.MIN || function == Function.MAX) {
            Set<Kind> best = arguments.get(0);
            for (Set<Kind> argument : arguments.subList(1, arguments.size())) {
                Set<Kind> before = best;
                best = pairs(
                        before,
                        argument,
                        (one, other) -> KindRules.ordered(one, other) ? EnumSet.of(one, other) : none());
                if (best.isEmpty()) {
                    return found(none(), what, List.of(before, argument));
                }
            }
            return best;
        }
        for (int index = 0; index < arguments.size(); index++) {
            Set<Kind> accepted = KindRules.accepted(function, index);
            if (arguments.get(index).stream().noneMatch(accepted::contains)) {
                return found(none(), what, arguments);
            }
        }
        boolean rounded = arguments.size() > 1 && arguments.get(1).stream().anyMatch(kind -> kind != Kind.NONE);
        boolean whole = arguments.size() < 2 || arguments.get(1).contains(Kind.NONE);
        if (arguments.isEmpty()) {
            return KindRules.result(function, Kind.NONE, rounded, whole);
        }
        Set<Kind> accepted = KindRules.accepted(function, 0);
        return any(
                arguments.get(0),
                kind -> accepted.contains(kind) ? KindRules.result(function, kind, rounded, whole) : none());
    }

    private Set<Kind> lookup(Expression.Lookup lookup) {
        kinds(lookup.value());
        EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
        lookup.entries().forEach(entry -> kinds.add(entry.value().kind()));
        lookup.otherwise().ifPresent(otherwise -> kinds.addAll(kinds(otherwise)));
        return kinds;
    }

    private Set<Kind> slice(Expression.Slice slice) {
        List<Set<Kind>> parts =
                ExpressionWriter.children(slice).stream().map(this::kinds).toList();
        boolean valid = parts.get(0).isEmpty() || parts.get(0).contains(Kind.STR);
        for (Set<Kind> end : parts.subList(1, parts.size())) {
            valid &= end.isEmpty() || end.contains(Kind.NONE) || end.stream().anyMatch(KindRules.INTEGRAL::contains);
        }
        return valid ? EnumSet.of(Kind.STR) : found(none(), "a slice", parts);
    }

    private Set<Kind> format(Expression.Format format) {
        Set<Kind> value = kinds(format.value());
        Set<Kind> shown = format.conversion().isEmpty() || value.isEmpty() ? value : EnumSet.of(Kind.STR);
        Set<Kind> result = any(shown, kind -> when(formats(kind, format.specification()), Kind.STR));
        if (result.isEmpty() && !shown.isEmpty()) {
            // Told in a branch too: CPython may well have a result, one that depends on the machine.
            problems.add("the format '" + format.specification() + "' of " + text(shown));
        }
        return result;
    }

    /** Whether a specification is one for values of a kind: tried with one that is never too large. */
    private static boolean formats(Kind kind, String specification) {
        Value sample = switch (kind) {
            case NONE -> Operands.NONE;
            case BOOL -> Operands.FALSE;
            case INT -> new Value.Whole(0);
            case FLOAT -> new Value.Real(0);
            case STR -> Operands.EMPTY;
            case DATETIME -> new Value.Moment(0);
            case DATE -> new Value.Day(0);
            case TIMEDELTA -> new Value.Span(0);
        };
        try {
            Formats.format(sample, specification, new Budget(() -> false));
            return true;
        } catch (EvaluationException refused) {
            return refused.exception().equals("MemoryError");
        }
    }

    private Set<Kind> found(Set<Kind> result, String what, List<Set<Kind>> operands) {
        if (result.isEmpty() && operands.stream().noneMatch(Set::isEmpty)) {
            (branches == 0 ? problems : problemsOfSomeRows)
                    .add(what + " of " + operands.stream().map(KindCheck::text).collect(Collectors.joining(" and ")));
        }
        return result;
    }

    private <T> T inBranch(Supplier<T> check) {
        branches++;
        try {
            return check.get();
        } finally {
            branches--;
        }
    }

    private static String text(Set<Kind> kinds) {
        return EnumSet.copyOf(kinds).stream()
                .sorted((one, other) -> Boolean.compare(one == Kind.NONE, other == Kind.NONE))
                .map(kind -> kind == Kind.NONE ? "None" : TypeNames.of(kind).replace("datetime.", ""))
                .collect(Collectors.joining("|"));
    }

    private static Set<Kind> any(Set<Kind> kinds, java.util.function.Function<Kind, Set<Kind>> rule) {
        EnumSet<Kind> results = EnumSet.noneOf(Kind.class);
        kinds.forEach(kind -> results.addAll(rule.apply(kind)));
        return results;
    }

    private static Set<Kind> pairs(Set<Kind> left, Set<Kind> right, BiFunction<Kind, Kind, Set<Kind>> rule) {
        return any(left, one -> any(right, other -> rule.apply(one, other)));
    }

    private static Set<Kind> when(boolean valid, Kind kind) {
        return valid ? EnumSet.of(kind) : none();
    }

    private static Set<Kind> union(Set<Kind> some, Set<Kind> others) {
        EnumSet<Kind> union = EnumSet.noneOf(Kind.class);
        union.addAll(some);
        union.addAll(others);
        return union;
    }

    private static Set<Kind> none() {
        return EnumSet.noneOf(Kind.class);
    }
}
