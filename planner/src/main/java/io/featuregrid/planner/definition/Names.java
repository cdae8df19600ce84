package io.featuregrid.planner.definition;

import java.util.Set;
import java.util.regex.Pattern;

/** Which names sets, features and relations may have. */
public final class Names {
    /** What a refused name is told. */
    public static final String EXPECTED = "lower-case letters, digits and single underscores, a letter first";

    private static final Pattern PATTERN = Pattern.compile("[a-z][a-z0-9_]*");

    /** Names under which a thin client in Python could not read a row. */
    private static final Set<String> RESERVED = Set.of(
            "and",
            "as",
            "assert",
            "async",
            "await",
            "break",
            "class",
            "continue",
            "def",
            "del",
            "elif",
            "else",
            "except",
            "finally",
            "for",
            "from",
            "global",
            "if",
            "import",
            "in",
            "is",
            "lambda",
            "nonlocal",
            "not",
            "or",
            "pass",
            "raise",
            "return",
            "try",
            "while",
            "with",
            "yield",
            "self",
            "schema",
            "type_id",
            "type_name");

    private Names() {}

    /** Whether the name follows the pattern {@code [a-z][a-z0-9_]*} without {@code __}. */
    public static boolean wellFormed(String name) {
        return PATTERN.matcher(name).matches() && !name.contains("__");
    }

    /** Whether the name is taken by clients that read features as attributes. */
    public static boolean reserved(String name) {
        return RESERVED.contains(name);
    }
}
