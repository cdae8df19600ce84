package io.featuregrid.planner.expression;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes expressions as JSON. */
final class ExpressionWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ExpressionWriter() {}

    static ObjectNode document(Expression expression) {
        ObjectNode document = NODES.objectNode().put("format", ExpressionJson.FORMAT);
        document.set("root", node(expression));
        return document;
    }

    /** The expressions directly below one, in the order in which they are computed. */
    static List<Expression> children(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> List.of();
            case Expression.Input input -> List.of();
            case Expression.Local local -> List.of();
            case Expression.Let let -> List.of(let.value(), let.body());
            case Expression.If choice -> List.of(choice.test(), choice.then(), choice.otherwise());
            case Expression.Unary unary -> List.of(unary.operand());
            case Expression.Binary binary -> List.of(binary.left(), binary.right());
            case Expression.Compare compare -> compare.operands();
            case Expression.And and -> and.operands();
            case Expression.Or or -> or.operands();
            case Expression.Call call -> call.arguments();
            case Expression.Member member -> List.of(member.value());
            case Expression.Lookup lookup -> {
                List<Expression> children = new ArrayList<>(List.of(lookup.value()));
                lookup.otherwise().ifPresent(children::add);
                yield children;
            }
            case Expression.Index index -> List.of(index.value(), index.index());
            case Expression.Slice slice -> {
                List<Expression> children = new ArrayList<>(List.of(slice.value()));
                slice.lower().ifPresent(children::add);
                slice.upper().ifPresent(children::add);
                slice.step().ifPresent(children::add);
                yield children;
            }
            case Expression.Format format -> List.of(format.value());
            case Expression.Join join -> join.parts();
            case Expression.Tuple tuple -> tuple.items();
            case Expression.Raise raise -> List.of(raise.message());
        };
    }

    static String word(Enum<?> operator) {
        return operator.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode node(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> constant(op("literal"), literal.value());
            case Expression.Input input -> op("input").put("index", input.index());
            case Expression.Local local -> op("local").put("name", local.name());
            case Expression.Let let ->
                op("let")
                        .put("name", let.name())
                        .<ObjectNode>set("value", node(let.value()))
                        .set("body", node(let.body()));
            case Expression.If choice ->
                op("if").<ObjectNode>set("test", node(choice.test()))
                        .<ObjectNode>set("then", node(choice.then()))
                        .set("otherwise", node(choice.otherwise()));
            case Expression.Unary unary -> op(word(unary.operator())).set("operand", node(unary.operand()));
            case Expression.Binary binary ->
                op(word(binary.operator()))
                        .<ObjectNode>set("left", node(binary.left()))
                        .set("right", node(binary.right()));
            case Expression.Compare compare -> {
                ObjectNode node = op("compare");
                ArrayNode operators = node.putArray("operators");
                compare.operators().forEach(operator -> operators.add(word(operator)));
                yield node.set("operands", nodes(compare.operands()));
            }
            case Expression.And and -> op("and").set("operands", nodes(and.operands()));
            case Expression.Or or -> op("or").set("operands", nodes(or.operands()));
            case Expression.Call call ->
                op("call").put("function", call.function().word()).set("arguments", nodes(call.arguments()));
            case Expression.Member member -> {
                ObjectNode node = op("member").set("value", node(member.value()));
                ArrayNode constants = node.putArray("constants");
                member.constants().forEach(constant -> constants.add(constant(NODES.objectNode(), constant)));
                yield node;
            }
            case Expression.Lookup lookup -> lookup(lookup);
            case Expression.Index index ->
                op("index").<ObjectNode>set("value", node(index.value())).set("index", node(index.index()));
            case Expression.Slice slice -> {
                ObjectNode node = op("slice").set("value", node(slice.value()));
                slice.lower().ifPresent(end -> node.set("lower", node(end)));
                slice.upper().ifPresent(end -> node.set("upper", node(end)));
                slice.step().ifPresent(end -> node.set("step", node(end)));
                yield node;
            }
            case Expression.Format format ->
                op("format")
                        .<ObjectNode>set("value", node(format.value()))
                        .put("conversion", format.conversion())
                        .put("specification", format.specification());
            case Expression.Join join -> op("join").set("parts", nodes(join.parts()));
            case Expression.Tuple tuple -> op("tuple").set("items", nodes(tuple.items()));
            case Expression.Raise raise ->
                op("raise").put("exception", raise.exception()).set("message", node(raise.message()));
        };
    }

    private static ObjectNode lookup(Expression.Lookup lookup) {
        ObjectNode node = op("lookup").set("value", node(lookup.value()));
        ArrayNode entries = node.putArray("entries");
        for (Expression.Entry entry : lookup.entries()) {
            entries.addArray()
                    .add(constant(NODES.objectNode(), entry.key()))
                    .add(constant(NODES.objectNode(), entry.value()));
        }
        lookup.otherwise().ifPresent(otherwise -> node.set("otherwise", node(otherwise)));
        return node;
    }

    private static ObjectNode op(String word) {
        return NODES.objectNode().put("op", word);
    }

    private static ArrayNode nodes(List<Expression> expressions) {
        ArrayNode nodes = NODES.arrayNode();
        expressions.forEach(expression -> nodes.add(node(expression)));
        return nodes;
    }

    static ObjectNode constant(ObjectNode target, Value value) {
        target.put("kind", word(value.kind()));
        return switch (value) {
            case Value.Nothing nothing -> target;
            case Value.Truth truth -> target.put("value", truth.value());
            case Value.Whole whole -> target.put("value", Long.toString(whole.value()));
            case Value.Real real -> target.put("value", FloatText.repr(real.value()));
            case Value.Text text -> target.put("value", text.value());
            case Value.Moment moment -> target.put("value", Long.toString(moment.micros()));
            case Value.Day day -> target.put("value", Long.toString(day.days()));
            case Value.Span span -> target.put("value", Long.toString(span.micros()));
        };
    }
}
