package io.featuregrid.planner.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text of a type by recursive descent. For one thread, once. */
final class TypeText {
    /** Deeper than anybody means, and far from the end of the stack. */
    private static final int MOST_LEVELS = 16;

    private static final int MOST_CHARACTERS = 64 * 1024;
    private static final Pattern PLAIN_VALUE = Pattern.compile("[A-Za-z0-9_.-]+");

    private final String text;
    private int position;

    TypeText(String text) {
        this.text = text;
    }

    /** An enum's value as it stands in a text. */
    static String ofValue(String value) {
        return PLAIN_VALUE.matcher(value).matches() ? value : JsonValues.quote(value);
    }

    FeatureType parse() {
        if (text.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException(
                    "a type of " + text.length() + " characters (expected at most " + MOST_CHARACTERS + ")");
        }
        FeatureType type = type(1);
        skipSpaces();
        if (position < text.length()) {
            throw new IllegalArgumentException("'" + text.substring(position) + "' behind a type (expected its end)");
        }
        return type;
    }

    private FeatureType type(int level) {
        if (level > MOST_LEVELS) {
            throw new IllegalArgumentException("a type inside of " + MOST_LEVELS + " others (expected fewer)");
        }
        String word = word();
        for (ScalarType scalar : ScalarType.values()) {
            if (scalar.text().equals(word)) {
                return scalar;
            }
        }
        return switch (word) {
            case "decimal" -> decimal();
            case "enum" -> enumeration();
            case "list" -> {
                expect('<');
                FeatureType element = type(level + 1);
                expect('>');
                yield new ListType(element);
            }
            case "struct" -> struct(level);
            case "vector" -> vector();
            default -> throw new IllegalArgumentException("expected " + FeatureType.expected());
        };
    }

    private DecimalType decimal() {
        expect('(');
        int precision = number();
        expect(',');
        int scale = number();
        expect(')');
        return new DecimalType(precision, scale);
    }

    private EnumType enumeration() {
        List<String> values = new ArrayList<>();
        expect('<');
        do {
            values.add(value());
        } while (accept('|'));
        expect('>');
        return new EnumType(values);
    }

    private StructType struct(int level) {
        List<StructType.Field> fields = new ArrayList<>();
        expect('<');
        do {
            String name = word();
            expect(':');
            fields.add(new StructType.Field(name, type(level + 1)));
        } while (accept(','));
        expect('>');
        return new StructType(fields);
    }

    private VectorType vector() {
        expect('<');
        String word = word();
        VectorType.Element element = switch (word) {
            case "float32" -> VectorType.Element.FLOAT32;
            case "float64" -> VectorType.Element.FLOAT64;
            default -> throw new IllegalArgumentException("a vector of '" + word + "' (expected float32 or float64)");
        };
        expect('>');
        expect('(');
        int length = number();
        expect(')');
        return new VectorType(length, element);
    }

    /** A value of an enum: plain, or a JSON string. */
    private String value() {
        skipSpaces();
        if (position < text.length() && text.charAt(position) == '"') {
            int end = position + 1;
            while (end < text.length() && text.charAt(end) != '"') {
                end += text.charAt(end) == '\\' ? 2 : 1;
            }
            if (end >= text.length()) {
                throw new IllegalArgumentException(
                        text.substring(position) + " (expected a \" at the end of the value)");
            }
            String quoted = text.substring(position, end + 1);
            position = end + 1;
            return JsonValues.unquote(quoted);
        }
        int start = position;
        Matcher plain = PLAIN_VALUE.matcher(text).region(start, text.length());
        if (!plain.lookingAt()) {
            throw expected("a value of letters, digits, _ . and -, or any text in \"\"");
        }
        position = plain.end();
        return text.substring(start, position);
    }

    private String word() {
        skipSpaces();
        int start = position;
        while (position < text.length()
                && (Character.isLetterOrDigit(text.charAt(position)) || text.charAt(position) == '_')) {
            position++;
        }
        return text.substring(start, position);
    }

    private int number() {
        String word = word();
        if (!word.matches("[0-9]{1,9}")) {
            position -= word.length();
            throw expected("a whole number");
        }
        return Integer.parseInt(word);
    }

    private void expect(char character) {
        if (!accept(character)) {
            throw expected("'" + character + "'");
        }
    }

    private boolean accept(char character) {
        skipSpaces();
        boolean accepted = position < text.length() && text.charAt(position) == character;
        position += accepted ? 1 : 0;
        return accepted;
    }

    private void skipSpaces() {
        while (position < text.length() && text.charAt(position) == ' ') {
            position++;
        }
    }

    private IllegalArgumentException expected(String what) {
        String place = position < text.length() ? "at '" + text.substring(position) + "'" : "at its end";
        return new IllegalArgumentException("expected " + what + " " + place);
    }
}
