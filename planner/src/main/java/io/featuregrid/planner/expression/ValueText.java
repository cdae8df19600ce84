package io.featuregrid.planner.expression;

import java.util.Locale;

/** Values as {@code str}, {@code repr} and {@code ascii} write them. */
final class ValueText {
    private ValueText() {}

    static String str(Value value) {
        return switch (value) {
            case Value.Nothing nothing -> "None";
            case Value.Truth truth -> truth.value() ? "True" : "False";
            case Value.Whole whole -> Long.toString(whole.value());
            case Value.Real real -> FloatText.repr(real.value());
            case Value.Text text -> text.value();
            case Value.Moment moment -> TimeText.isoFormat(moment, ' ');
            case Value.Day day -> TimeText.isoFormat(day, ' ');
            case Value.Span span -> TimeText.span(span.micros());
        };
    }

    static String repr(Value value, boolean ascii) {
        return switch (value) {
            case Value.Text text -> repr(text.value(), ascii);
            case Value.Moment moment -> TimeText.repr(moment);
            case Value.Day day -> TimeText.repr(day);
            case Value.Span span -> TimeText.reprOfSpan(span.micros());
            case Value.Nothing nothing -> str(nothing);
            case Value.Truth truth -> str(truth);
            case Value.Whole whole -> str(whole);
            case Value.Real real -> str(real);
        };
    }

    /** A text in quotes, with escapes. */
    static String repr(String text, boolean ascii) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder target = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(point -> appendEscaped(target, point, quote, ascii));
        return target.append(quote).toString();
    }

    private static void appendEscaped(StringBuilder target, int point, char quote, boolean ascii) {
        switch (point) {
            case '\n' -> target.append("\\n");
            case '\r' -> target.append("\\r");
            case '\t' -> target.append("\\t");
            case '\\' -> target.append("\\\\");
            default -> {
                if (point == quote) {
                    target.append('\\').append(quote);
                } else if ((point >= ' ' && point < 0x7f)
                        || (point > 0x7f && !ascii && Characters.isPrintable(point))) {
                    target.appendCodePoint(point);
                } else if (point < 0x100) {
                    target.append(String.format(Locale.ROOT, "\\x%02x", point));
                } else if (point < 0x10000) {
                    target.append(String.format(Locale.ROOT, "\\u%04x", point));
                } else {
                    target.append(String.format(Locale.ROOT, "\\U%08x", point));
                }
            }
        }
    }
}
