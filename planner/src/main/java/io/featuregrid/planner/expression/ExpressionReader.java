package io.featuregrid.planner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads expressions of JSON, once. */
final class ExpressionReader {
    private static final Pattern EXCEPTION = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]{0,99}");
    private static final Set<String> UNARY = Set.of("negate", "plus", "not", "invert");
    private static final Set<String> BINARY = Set.of(
            "add",
            "subtract",
            "multiply",
            "divide",
            "floor_divide",
            "remainder",
            "power",
            "bit_and",
            "bit_or",
            "bit_xor",
            "shift_left",
            "shift_right");

    private final Deque<String> locals = new ArrayDeque<>();
    private int nodes;
    private int depth;

    Expression document(JsonNode document) {
        if (!document.isObject()
                || document.path("format").asInt(0) != ExpressionJson.FORMAT
                || !document.path("format").isInt()) {
            throw new IllegalArgumentException("expression of format " + document.path("format")
                    + " (expected an object with \"format\": " + ExpressionJson.FORMAT + ")");
        }
        return node(document, "root", "", true);
    }

    /** @param last whether the node's value is the result of all, which alone may be a tuple */
    private Expression node(JsonNode parent, String field, String around, boolean last) {
        return node(parent.path(field), around + (around.isEmpty() ? "" : ".") + field, last);
    }

    private Expression node(JsonNode node, String path, boolean last) {
        count(path);
        if (!node.isObject() || !node.path("op").isTextual()) {
            throw refusal(path, node, "an object with \"op\"");
        }
        if (++depth > ExpressionJson.MOST_DEPTH) {
            throw new IllegalArgumentException(
                    path + ": more than " + ExpressionJson.MOST_DEPTH + " nodes deep (expected fewer)");
        }
        Expression expression = read(node, node.path("op").textValue(), path, last);
        depth--;
        return expression;
    }

    private void count(String path) {
        if (++nodes > ExpressionJson.MOST_NODES) {
            throw new IllegalArgumentException(
                    path + ": more than " + ExpressionJson.MOST_NODES + " nodes (expected fewer)");
        }
    }

    private Expression read(JsonNode node, String op, String path, boolean last) {
        if (UNARY.contains(op)) {
            return new Expression.Unary(
                    UnaryOperator.valueOf(op.toUpperCase(Locale.ROOT)), node(node, "operand", path, false));
        }
        if (BINARY.contains(op)) {
            return new Expression.Binary(
                    BinaryOperator.valueOf(op.toUpperCase(Locale.ROOT)),
                    node(node, "left", path, false),
                    node(node, "right", path, false));
        }
        return switch (op) {
            case "literal" -> new Expression.Literal(constant(node, path));
            case "input" -> new Expression.Input(index(node.path("index"), path + ".index"));
            case "local" -> local(text(node, "name", path), path);
            case "let" -> let(node, path, last);
            case "if" ->
                new Expression.If(
                        node(node, "test", path, false),
                        node(node, "then", path, last),
                        node(node, "otherwise", path, last));
            case "compare" -> compare(node, path);
            case "and" -> new Expression.And(list(node, "operands", path, 1));
            case "or" -> new Expression.Or(list(node, "operands", path, 1));
            case "call" -> call(node, path);
            case "member" -> new Expression.Member(node(node, "value", path, false), constants(node, path));
            case "lookup" -> lookup(node, path);
            case "index" -> new Expression.Index(node(node, "value", path, false), node(node, "index", path, false));
            case "slice" ->
                new Expression.Slice(
                        node(node, "value", path, false),
                        optional(node, "lower", path),
                        optional(node, "upper", path),
                        optional(node, "step", path));
            case "format" -> format(node, path);
            case "join" -> new Expression.Join(list(node, "parts", path, 0));
            case "tuple" -> {
                if (!last) {
                    throw new IllegalArgumentException(
                            path + ": a tuple inside of an expression (expected one only as the whole result)");
                }
                yield new Expression.Tuple(list(node, "items", path, 1));
            }
            case "raise" -> {
                String exception = text(node, "exception", path);
                if (!EXCEPTION.matcher(exception).matches()) {
                    throw refusal(path + ".exception", node.path("exception"), "the name of an exception");
                }
                yield new Expression.Raise(exception, node(node, "message", path, false));
            }
            default ->
                throw refusal(
                        path + ".op",
                        node.path("op"),
                        "literal, input, local, let, if, add, compare, call or another" + " operation of format 1");
        };
    }

    private Expression local(String name, String path) {
        if (!locals.contains(name)) {
            throw new IllegalArgumentException(path + ": local '" + name + "' (expected a let of that name around)");
        }
        return new Expression.Local(name);
    }

    private Expression let(JsonNode node, String path, boolean last) {
        String name = text(node, "name", path);
        Expression value = node(node, "value", path, false);
        locals.push(name);
        Expression body = node(node, "body", path, last);
        locals.pop();
        return new Expression.Let(name, value, body);
    }

    private Expression compare(JsonNode node, String path) {
        List<ComparisonOperator> operators = new ArrayList<>();
        for (JsonNode word : array(node, "operators", path)) {
            operators.add(Arrays.stream(ComparisonOperator.values())
                    .filter(operator -> ExpressionWriter.word(operator).equals(word.asText()))
                    .findFirst()
                    .orElseThrow(() -> refusal(path + ".operators", word, "equal, less, is, in or the like")));
        }
        List<Expression> operands = list(node, "operands", path, 2);
        if (operands.size() != operators.size() + 1) {
            throw new IllegalArgumentException(path + ": " + operands.size() + " operands for " + operators.size()
                    + " comparisons (expected one operand more)");
        }
        return new Expression.Compare(operators, operands);
    }

    private Expression call(JsonNode node, String path) {
        Function function = Function.ofWord(text(node, "function", path))
                .orElseThrow(() -> refusal(path + ".function", node.path("function"), "a function of format 1"));
        List<Expression> arguments = list(node, "arguments", path, 0);
        if (arguments.size() < function.least() || arguments.size() > function.most()) {
            throw new IllegalArgumentException(path + ": " + function.word() + " with " + arguments.size()
                    + " arguments (expected " + function.least() + " to " + function.most() + ")");
        }
        return new Expression.Call(function, arguments);
    }

    private List<Value> constants(JsonNode node, String path) {
        List<Value> constants = new ArrayList<>();
        for (JsonNode constant : array(node, "constants", path)) {
            count(path);
            constants.add(constant(constant, path + ".constants[" + constants.size() + "]"));
        }
        return constants;
    }

    private Expression lookup(JsonNode node, String path) {
        Expression value = node(node, "value", path, false);
        List<Expression.Entry> entries = new ArrayList<>();
        for (JsonNode entry : array(node, "entries", path)) {
            String where = path + ".entries[" + entries.size() + "]";
            count(where);
            if (!entry.isArray() || entry.size() != 2) {
                throw refusal(where, entry, "a pair of constants");
            }
            entries.add(
                    new Expression.Entry(constant(entry.get(0), where + "[0]"), constant(entry.get(1), where + "[1]")));
        }
        return new Expression.Lookup(value, entries, optional(node, "otherwise", path));
    }

    private Expression format(JsonNode node, String path) {
        String conversion = text(node, "conversion", path);
        if (!Set.of("", "r", "s", "a").contains(conversion)) {
            throw refusal(path + ".conversion", node.path("conversion"), "\"\", \"r\", \"s\" or \"a\"");
        }
        return new Expression.Format(node(node, "value", path, false), conversion, text(node, "specification", path));
    }

    private Optional<Expression> optional(JsonNode node, String field, String path) {
        return node.hasNonNull(field) ? Optional.of(node(node, field, path, false)) : Optional.empty();
    }

    private List<Expression> list(JsonNode node, String field, String path, int least) {
        List<Expression> expressions = new ArrayList<>();
        for (JsonNode element : array(node, field, path)) {
            expressions.add(node(element, path + "." + field + "[" + expressions.size() + "]", false));
        }
        if (expressions.size() < least) {
            throw new IllegalArgumentException(
                    path + "." + field + ": " + expressions.size() + " (expected at least " + least + ")");
        }
        return expressions;
    }

    private static JsonNode array(JsonNode node, String field, String path) {
        if (!node.path(field).isArray()) {
            throw refusal(path + "." + field, node.path(field), "an array");
        }
        return node.path(field);
    }

    private static int index(JsonNode node, String path) {
        if (!node.isInt() || node.intValue() < 0) {
            throw refusal(path, node, "the place of an input, from 0");
        }
        return node.intValue();
    }

    private static String text(JsonNode node, String field, String path) {
        return text(node.path(field), path + "." + field);
    }

    private static String text(JsonNode node, String path) {
        if (!node.isTextual()) {
            throw refusal(path, node, "a string");
        }
        String text = node.textValue();
        if (text.length() > ExpressionJson.MOST_TEXT) {
            throw new IllegalArgumentException(path + ": a text of " + text.length() + " characters (expected at most "
                    + ExpressionJson.MOST_TEXT + ")");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    path + ": a text with half a surrogate pair (expected whole characters)");
        }
        return text;
    }

    private static Value constant(JsonNode node, String path) {
        JsonNode value = node.path("value");
        String where = path + ".value";
        return switch (node.path("kind").asText()) {
            case "none" -> Operands.NONE;
            case "bool" -> {
                if (!value.isBoolean()) {
                    throw refusal(where, value, "true or false");
                }
                yield Operands.truth(value.booleanValue());
            }
            case "int" -> new Value.Whole(number(value, where, Long.MIN_VALUE, Long.MAX_VALUE));
            case "float" -> new Value.Real(real(value, where));
            case "str" -> new Value.Text(text(value, where));
            case "datetime" -> new Value.Moment(number(value, where, TimeFields.LEAST_MICROS, TimeFields.MOST_MICROS));
            case "date" -> new Value.Day(number(value, where, TimeFields.LEAST_DAY, TimeFields.MOST_DAY));
            case "timedelta" -> new Value.Span(number(value, where, Long.MIN_VALUE, Long.MAX_VALUE));
            default ->
                throw refusal(
                        path + ".kind", node.path("kind"), "none, bool, int, float, str, datetime, date or timedelta");
        };
    }

    private static long number(JsonNode node, String path, long least, long most) {
        String expected = "a string of a decimal number from " + least + " to " + most;
        if (!node.isTextual() || !node.textValue().matches("-?[0-9]{1,30}")) {
            throw refusal(path, node, expected);
        }
        try {
            long number = Long.parseLong(node.textValue());
            if (number < least || number > most) {
                throw refusal(path, node, expected);
            }
            return number;
        } catch (NumberFormatException beyond) {
            throw new IllegalArgumentException(path + " is " + node + " (expected " + expected + ")", beyond);
        }
    }

    private static double real(JsonNode node, String path) {
        try {
            return FloatText.parse(text(node, path));
        } catch (EvaluationException refused) {
            throw new IllegalArgumentException(
                    path + " is " + node + " (expected a float as Python's repr writes it, as a string)", refused);
        }
    }

    private static IllegalArgumentException refusal(String path, JsonNode node, String expected) {
        String got = node.isMissingNode() ? "absent" : node.toString();
        return new IllegalArgumentException(path + " is " + (got.length() > 200 ? got.substring(0, 200) + "..." : got)
                + " (expected " + expected + ")");
    }
}
