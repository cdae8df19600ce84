package io.featuregrid.planner.expression;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Floats as decimal digits, laid out as CPython does, and back. */
final class FloatText {
    /** At and above ten to this power, and below ten to the -4th, a float is written with an exponent. */
    private static final int MOST_POINT = 16;

    private FloatText() {}

    /**
     * A positive finite float as {@code 0.digits * 10^point}.
     *
     * @param digits empty for a value that rounds to nothing
     */
    record Decimal(String digits, int point) {}

    /** As {@code repr}: the shortest that reads back. */
    static String repr(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        String text = layout(shortest(Math.abs(value)), 'r', 17, true, false);
        return Double.doubleToRawLongBits(value) < 0 ? "-" + text : text;
    }

    /** The fewest digits that read back as the value, and of those the nearest to it. */
    static Decimal shortest(double value) {
        if (value == 0) {
            return new Decimal("0", 1);
        }
        String text = Double.toString(value);
        int exponentAt = text.indexOf('E');
        String number = exponentAt < 0 ? text : text.substring(0, exponentAt);
        int exponent = exponentAt < 0 ? 0 : Integer.parseInt(text.substring(exponentAt + 1));
        int pointAt = number.indexOf('.');
        Decimal decimal = trimmed(number.substring(0, pointAt) + number.substring(pointAt + 1), pointAt + exponent);
        return decimal.digits().length() == 2 ? orOneDigit(decimal, value) : decimal;
    }

    /** Java writes two digits where one would do but two are nearer. */
    private static Decimal orOneDigit(Decimal two, double value) {
        int tens = two.digits().charAt(0) - '0';
        int ones = two.digits().charAt(1) - '0';
        int nearest = ones > 5 || (ones == 5 && (tens & 1) == 1) ? tens + 1 : tens;
        Decimal one = nearest == 10 ? new Decimal("1", two.point() + 1) : new Decimal("" + nearest, two.point());
        return Double.parseDouble("0." + one.digits() + "E" + one.point()) == value ? one : two;
    }

    private static Decimal trimmed(String digits, int point) {
        int from = 0;
        while (from < digits.length() - 1 && digits.charAt(from) == '0') {
            from++;
        }
        int to = digits.length();
        while (to > from + 1 && digits.charAt(to - 1) == '0') {
            to--;
        }
        return new Decimal(digits.substring(from, to), point - from);
    }

    /** So many digits in all, correctly rounded. */
    static Decimal significant(double value, int count) {
        if (value == 0) {
            return new Decimal("0", 1);
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal rounded = exact.setScale(count - (exact.precision() - exact.scale()), RoundingMode.HALF_EVEN);
        String digits = rounded.unscaledValue().toString();
        return trimmed(digits, digits.length() - rounded.scale());
    }

    /** So many digits behind the point, correctly rounded. */
    static Decimal fixed(double value, int count) {
        if (value == 0) {
            return new Decimal("0", 1);
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal rounded = exact.scale() <= count ? exact : exact.setScale(count, RoundingMode.HALF_EVEN);
        if (rounded.signum() == 0) {
            return new Decimal("", -count);
        }
        String digits = rounded.unscaledValue().toString();
        return trimmed(digits, digits.length() - rounded.scale());
    }

    /**
     * Lays digits out.
     *
     * @param type {@code e}, {@code f}, {@code g} or {@code r}
     * @param precision of the type: for {@code e} the digits in all
     * @param pointed whether {@code .0} is added where nothing else shows a float
     * @param whole whether the point and zeros stay
     */
    static String layout(Decimal decimal, char type, int precision, boolean pointed, boolean whole) {
        int point = decimal.point();
        int end = decimal.digits().length();
        boolean exponential = false;
        switch (type) {
            case 'e' -> {
                exponential = true;
                end = precision;
            }
            case 'f' -> end = point + precision;
            case 'g' -> {
                exponential = point <= -4 || point > precision - (pointed ? 1 : 0);
                end = whole ? precision : end;
            }
            default -> exponential = point <= -4 || point > MOST_POINT;
        }
        int exponent = point - 1;
        if (exponential) {
            point = 1;
        }
        int start = point <= 0 ? point - 1 : 0;
        end = Math.max(end, !exponential && pointed ? point + 1 : point);
        StringBuilder text = new StringBuilder(Math.max(16, end - start + 8));
        append(text, decimal.digits(), start, point);
        text.append('.');
        append(text, decimal.digits(), point, end);
        if (text.charAt(text.length() - 1) == '.' && !whole) {
            text.setLength(text.length() - 1);
        }
        if (exponential) {
            text.append('e').append(exponent < 0 ? '-' : '+');
            int size = Math.abs(exponent);
            if (size < 10) {
                text.append('0');
            }
            text.append(size);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String digits, int from, int to) {
        for (int index = from; index < to; index++) {
            text.append(index >= 0 && index < digits.length() ? digits.charAt(index) : '0');
        }
    }

    /** As {@code float(text)}. */
    static double parse(String original) {
        String text = Texts.decimalAscii(original);
        int at = 0;
        int length = text.length();
        if (at < length && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
            at++;
        }
        String unsigned = text.substring(at);
        boolean negative = at == 1 && text.charAt(0) == '-';
        Double special = special(unsigned);
        if (special != null) {
            return negative ? -special : special;
        }
        if (!isNumber(unsigned)) {
            throw EvaluationException.value("could not convert string to float: " + ValueText.repr(original, false));
        }
        double value = Double.parseDouble(unsigned.replace("_", ""));
        return negative ? -value : value;
    }

    private static @org.jspecify.annotations.Nullable Double special(String text) {
        if (text.equalsIgnoreCase("nan")) {
            return Double.NaN;
        }
        return text.equalsIgnoreCase("inf") || text.equalsIgnoreCase("infinity") ? Double.POSITIVE_INFINITY : null;
    }

    /** Digits with a point or without, and an exponent or none; an underscore only between two digits. */
    private static boolean isNumber(String text) {
        int at = digitsEnd(text, 0);
        boolean any = at > 0;
        if (at >= 0 && at < text.length() && text.charAt(at) == '.') {
            int end = digitsEnd(text, at + 1);
            any |= end > at + 1;
            at = end;
        }
        if (!any || at < 0) {
            return false;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int end = digitsEnd(text, at);
            if (end <= at) {
                return false;
            }
            at = end;
        }
        return at == text.length();
    }

    /** Where the digits from a place on end; -1 if an underscore is not between two of them. */
    static int digitsEnd(String text, int from) {
        int at = from;
        boolean digit = false;
        while (at < text.length()) {
            char character = text.charAt(at);
            if (character >= '0' && character <= '9') {
                digit = true;
            } else if (character == '_' && digit) {
                digit = false;
            } else {
                break;
            }
            at++;
        }
        return at > from && !digit ? -1 : at;
    }
}
