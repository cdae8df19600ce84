package io.featuregrid.planner.expression;

import java.util.function.IntPredicate;

/** What CPython does with texts, by code points. */
final class Texts {
    private Texts() {}

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Compares by code point, not by UTF-16 unit. */
    static int compare(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int index = 0; index < shorter; index++) {
            char ours = left.charAt(index);
            char theirs = right.charAt(index);
            if (ours != theirs) {
                return Integer.compare(rank(ours), rank(theirs));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** Surrogates behind all other units. */
    private static int rank(char unit) {
        return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
    }

    static String item(String text, long index) {
        int length = length(text);
        long from = index < 0 ? index + length : index;
        if (from < 0 || from >= length) {
            throw new EvaluationException("IndexError", "string index out of range");
        }
        int start = text.offsetByCodePoints(0, (int) from);
        return Character.toString(text.codePointAt(start));
    }

    /** {@code text[lower:upper:step]}; null for an end that is not given. */
    static String slice(
            String text,
            @org.jspecify.annotations.Nullable Long lower,
            @org.jspecify.annotations.Nullable Long upper,
            long step) {
        if (step == 0) {
            throw EvaluationException.value("slice step cannot be zero");
        }
        int length = length(text);
        boolean forward = step > 0;
        long from = lower == null ? (forward ? 0 : length - 1) : bounded(lower, length, forward);
        long to = upper == null ? (forward ? length : -1) : bounded(upper, length, forward);
        if (forward ? from >= to : from <= to) {
            return "";
        }
        if (step == 1) {
            int start = text.offsetByCodePoints(0, (int) from);
            return text.substring(start, text.offsetByCodePoints(start, (int) (to - from)));
        }
        int[] points = text.codePoints().toArray();
        StringBuilder taken = new StringBuilder();
        long bounded = Math.max(-1L - length, Math.min(step, 1L + length));
        for (long at = from; forward ? at < to : at > to; at += bounded) {
            taken.appendCodePoint(points[(int) at]);
        }
        return taken.toString();
    }

    private static long bounded(long end, int length, boolean forward) {
        long place = end < 0 ? end + length : end;
        long least = forward ? 0 : -1;
        return Math.max(least, Math.min(place, forward ? length : length - 1));
    }

    static boolean all(String text, IntPredicate predicate) {
        return !text.isEmpty() && text.codePoints().allMatch(predicate);
    }

    static String upper(String text) {
        StringBuilder target = new StringBuilder(text.length());
        text.codePoints().forEach(point -> Characters.appendUpper(target, point));
        return target.toString();
    }

    static String lower(String text) {
        int[] points = text.codePoints().toArray();
        StringBuilder target = new StringBuilder(text.length());
        for (int index = 0; index < points.length; index++) {
            appendLower(target, points, index);
        }
        return target.toString();
    }

    static String capitalize(String text) {
        int[] points = text.codePoints().toArray();
        StringBuilder target = new StringBuilder(text.length());
        for (int index = 0; index < points.length; index++) {
            if (index == 0) {
                Characters.appendTitle(target, points[0]);
            } else {
                appendLower(target, points, index);
            }
        }
        return target.toString();
    }

    static String title(String text) {
        int[] points = text.codePoints().toArray();
        StringBuilder target = new StringBuilder(text.length());
        boolean inWord = false;
        for (int index = 0; index < points.length; index++) {
            if (inWord) {
                appendLower(target, points, index);
            } else {
                Characters.appendTitle(target, points[index]);
            }
            inWord = Characters.isCased(points[index]);
        }
        return target.toString();
    }

    /** A capital sigma at the end of a word has a small form of its own. */
    private static void appendLower(StringBuilder target, int[] points, int index) {
        if (points[index] != 0x3a3) {
            Characters.appendLower(target, points[index]);
            return;
        }
        int before = index - 1;
        while (before >= 0 && Characters.isIgnorable(points[before])) {
            before--;
        }
        boolean last = before >= 0 && Characters.isCased(points[before]);
        if (last) {
            int behind = index + 1;
            while (behind < points.length && Characters.isIgnorable(points[behind])) {
                behind++;
            }
            last = behind == points.length || !Characters.isCased(points[behind]);
        }
        target.append(last ? '\u03c2' : '\u03c3');
    }

    static String strip(String text, IntPredicate away, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && away.test(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && to > from && away.test(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    static long find(String text, String part) {
        int at = new TextSearch(part).next(text, 0);
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    static boolean contains(String text, String part) {
        return new TextSearch(part).next(text, 0) >= 0;
    }

    static long count(String text, String part) {
        if (part.isEmpty()) {
            return length(text) + 1L;
        }
        TextSearch search = new TextSearch(part);
        long count = 0;
        for (int at = search.next(text, 0); at >= 0; at = search.next(text, at + part.length())) {
            count++;
        }
        return count;
    }

    static String replace(String text, String old, String replacement, Budget budget) {
        if (old.equals(replacement)) {
            return text;
        }
        long count = count(text, old);
        if (count == 0) {
            return text;
        }
        budget.text(length(text) + count * ((long) length(replacement) - length(old)));
        StringBuilder target = new StringBuilder();
        if (old.isEmpty()) {
            text.codePoints().forEach(point -> target.append(replacement).appendCodePoint(point));
            return target.append(replacement).toString();
        }
        TextSearch search = new TextSearch(old);
        int from = 0;
        for (int at = search.next(text, 0); at >= 0; at = search.next(text, from)) {
            target.append(text, from, at).append(replacement);
            from = at + old.length();
        }
        return target.append(text, from, text.length()).toString();
    }

    static String repeat(String text, long count, Budget budget) {
        if (count <= 0 || text.isEmpty()) {
            return "";
        }
        if (count == 1) {
            return text;
        }
        budget.text(count > Budget.MOST_TEXT ? count : count * length(text));
        return text.repeat((int) count);
    }

    static String zeroFill(String text, long width, Budget budget) {
        long missing = width - length(text);
        if (missing <= 0) {
            return text;
        }
        budget.text(width);
        boolean signed = text.startsWith("+") || text.startsWith("-");
        String zeros = "0".repeat((int) missing);
        return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
    }

    /** The text without spaces around it, every decimal digit as an ASCII one; what is neither nor ASCII as a question mark. */
    static String decimalAscii(String text) {
        StringBuilder target = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            int digit = Characters.decimal(point);
            target.append((char)
                    (point < 0x80 && digit < 0 && !Characters.isSpace(point)
                            ? point
                            : digit >= 0 ? '0' + digit : Characters.isSpace(point) ? ' ' : '?'));
        });
        return strip(target.toString(), point -> point == ' ', true, true);
    }

    /** As {@code int(text)}. */
    static long parseInt(String original) {
        String text = decimalAscii(original);
        boolean signed = text.startsWith("+") || text.startsWith("-");
        int from = signed ? 1 : 0;
        if (from == text.length() || FloatText.digitsEnd(text, from) != text.length()) {
            throw EvaluationException.value(
                    "invalid literal for int() with base 10: " + ValueText.repr(original, false));
        }
        String digits = text.replace("_", "");
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException beyond) {
            throw EvaluationException.beyond();
        }
    }
}
