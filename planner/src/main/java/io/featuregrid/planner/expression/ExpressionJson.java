package io.featuregrid.planner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Expressions as JSON, format 1: {@code {"format": 1, "root": {"op": "add", "left": ..., "right": ...}}}. */
public final class ExpressionJson {
    /** The only format that is known. */
    public static final int FORMAT = 1;

    /** Nodes on the longest way from the root. */
    public static final int MOST_DEPTH = 200;

    /** Nodes and constants in all. */
    public static final int MOST_NODES = 20_000;

    /** Code points of a constant text, of a name and of a specification. */
    public static final int MOST_TEXT = 65_536;

    private ExpressionJson() {}

    /** The JSON of an expression; {@link #read} reads it back. */
    public static ObjectNode write(Expression expression) {
        return ExpressionWriter.document(expression);
    }

    /**
     * Reads an expression. That each input that it names exists is the caller's to check: {@link #inputs}.
     *
     * @throws IllegalArgumentException if it is malformed or too large, saying what, where, and what was expected
     */
    public static Expression read(JsonNode document) {
        return new ExpressionReader().document(document);
    }

    /** How many inputs an expression needs: its greatest index and one; 0 if it names none. */
    public static int inputs(Expression expression) {
        if (expression instanceof Expression.Input input) {
            return input.index() + 1;
        }
        return ExpressionWriter.children(expression).stream()
                .mapToInt(ExpressionJson::inputs)
                .max()
                .orElse(0);
    }
}
