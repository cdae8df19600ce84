package io.featuregrid.planner.expression;

import java.util.Locale;

/** {@code format(value, specification)}. */
final class Formats {
    private static final int REPR = 'r';
    private static final int NOT_GIVEN = 0;

    private Formats() {}

    static String format(Value value, String specification, Budget budget) {
        if (specification.isEmpty()) {
            return ValueText.str(value);
        }
        return switch (value) {
            case Value.Text text -> ofText(text.value(), specification, budget);
            case Value.Truth truth -> ofInt(truth.value() ? 1 : 0, specification, "bool", budget);
            case Value.Whole whole -> ofInt(whole.value(), specification, "int", budget);
            case Value.Real real ->
                ofFloat(
                        real.value(),
                        FormatSpecification.read(specification, "float", NOT_GIVEN, '>'),
                        "float",
                        budget);
            case Value.Moment moment -> TimeText.format(moment, specification);
            case Value.Day day -> TimeText.format(day, specification);
            case Value.Nothing nothing -> throw unsupported(nothing);
            case Value.Span span -> throw unsupported(span);
        };
    }

    private static EvaluationException unsupported(Value value) {
        return EvaluationException.type("unsupported format string passed to " + TypeNames.of(value) + ".__format__");
    }

    private static String ofText(String text, String specification, Budget budget) {
        FormatSpecification read = FormatSpecification.read(specification, "str", 's', '<');
        if (read.type() != 's') {
            throw FormatSpecification.unknown(read.type(), "str");
        }
        if (read.sign() != 0) {
            throw EvaluationException.value(
                    read.sign() == ' '
                            ? "Space not allowed in string format specifier"
                            : "Sign not allowed in string format specifier");
        }
        if (read.flags().zeroCoerced()) {
            throw EvaluationException.value("Negative zero coercion (z) not allowed in string format specifier");
        }
        if (read.flags().alternate()) {
            throw EvaluationException.value("Alternate form (#) not allowed in string format specifier");
        }
        if (read.align() == '=') {
            throw EvaluationException.value("'=' alignment not allowed in string format specifier");
        }
        String shown = read.precision() >= 0 && read.precision() < Texts.length(text)
                ? text.substring(0, text.offsetByCodePoints(0, (int) read.precision()))
                : text;
        long missing = Math.max(0, read.width() - Texts.length(shown));
        budget.text(Math.max(read.width(), Texts.length(shown)));
        long left = read.align() == '>' ? missing : read.align() == '^' ? missing / 2 : 0;
        String fill = Character.toString(read.fill());
        return fill.repeat((int) left) + shown + fill.repeat((int) (missing - left));
    }

    private static String ofInt(long value, String specification, String typeName, Budget budget) {
        FormatSpecification read = FormatSpecification.read(specification, typeName, 'd', '>');
        return switch (read.type()) {
            case 'd', 'b', 'o', 'x', 'X', 'n', 'c' -> ofInt(value, read, budget);
            case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> ofFloat((double) value, read, typeName, budget);
            default -> throw FormatSpecification.unknown(read.type(), typeName);
        };
    }

    private static String ofInt(long value, FormatSpecification read, Budget budget) {
        if (read.precision() >= 0) {
            throw EvaluationException.value("Precision not allowed in integer format specifier");
        }
        if (read.flags().zeroCoerced()) {
            throw EvaluationException.value("Negative zero coercion (z) not allowed in format specifier with integer");
        }
        if (read.type() == 'c') {
            return ofCodePoint(value, read, budget);
        }
        String digits = switch (read.type()) {
            case 'b' -> digits(value, 2);
            case 'o' -> digits(value, 8);
            case 'x' -> digits(value, 16);
            case 'X' -> digits(value, 16).toUpperCase(Locale.ROOT);
            default -> digits(value, 10);
        };
        String prefix = read.flags().alternate() && "boxX".indexOf(read.type()) >= 0
                ? "0" + Character.toString(read.type())
                : "";
        return laidOut(new Parts(value < 0, prefix, digits, ""), read, budget);
    }

    private static String digits(long value, int radix) {
        String text = value < 0 && radix != 10 ? Long.toUnsignedString(-value, radix) : Long.toString(value, radix);
        return text.startsWith("-") ? text.substring(1) : text;
    }

    private static String ofCodePoint(long value, FormatSpecification read, Budget budget) {
        if (read.sign() != 0) {
            throw EvaluationException.value("Sign not allowed with integer format specifier 'c'");
        }
        if (read.flags().alternate()) {
            throw EvaluationException.value("Alternate form (#) not allowed with integer format specifier 'c'");
        }
        if (value < 0 || value > Character.MAX_CODE_POINT) {
            throw EvaluationException.overflow("%c arg not in range(0x110000)");
        }
        if (value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE) {
            throw new EvaluationException("UnicodeEncodeError", "surrogates not allowed");
        }
        return laidOut(new Parts(false, "", "", Character.toString((int) value)), read, budget);
    }

    private static String ofFloat(double value, FormatSpecification read, String typeName, Budget budget) {
        int type = read.type() == NOT_GIVEN ? (read.precision() < 0 ? REPR : 'g') : read.type();
        boolean pointed = read.type() == NOT_GIVEN;
        boolean percent = type == '%';
        boolean upper = type == 'E' || type == 'F' || type == 'G';
        char form = switch (type) {
            case 'e', 'E' -> 'e';
            case 'f', 'F', '%' -> 'f';
            case 'g', 'G', 'n' -> 'g';
            case REPR -> pointed ? 'r' : 0;
            default -> 0;
        };
        if (form == 0) {
            throw FormatSpecification.unknown(read.type(), typeName);
        }
        if (read.precision() > Integer.MAX_VALUE) {
            throw EvaluationException.value("precision too big");
        }
        int precision = form == 'r' ? 0 : read.precision() < 0 ? 6 : (int) read.precision();
        budget.text(precision);
        double shown = percent ? value * 100 : value;
        boolean negative = !Double.isNaN(shown) && Double.doubleToRawLongBits(shown) < 0;
        String text;
        if (Double.isFinite(shown)) {
            FloatText.Decimal decimal = decimal(Math.abs(shown), form, precision);
            if (read.flags().zeroCoerced()
                    && (decimal.digits().isEmpty() || decimal.digits().equals("0"))) {
                negative = false;
            }
            int digits = form == 'e' ? precision + 1 : form == 'g' ? Math.max(1, precision) : precision;
            text = FloatText.layout(decimal, form, digits, pointed, read.flags().alternate());
        } else {
            text = Double.isNaN(shown) ? "nan" : "inf";
        }
        if (upper) {
            text = text.toUpperCase(Locale.ROOT);
        }
        text = percent ? text + "%" : text;
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return laidOut(new Parts(negative, "", text.substring(0, end), text.substring(end)), read, budget);
    }

    private static FloatText.Decimal decimal(double value, char form, int precision) {
        return switch (form) {
            case 'r' -> FloatText.shortest(value);
            case 'f' -> FloatText.fixed(value, precision);
            case 'e' -> FloatText.significant(value, precision + 1);
            default -> FloatText.significant(value, Math.max(1, precision));
        };
    }

    /**
     * A number in parts.
     *
     * @param digits those before the point, which are grouped
     * @param rest the point and what follows
     */
    private record Parts(boolean negative, String prefix, String digits, String rest) {}

    private static String laidOut(Parts number, FormatSpecification read, Budget budget) {
        budget.text(Math.max(
                read.width(), number.digits().length() * 2L + number.rest().length()));
        String sign = number.negative() ? "-" : read.sign() == '+' ? "+" : read.sign() == ' ' ? " " : "";
        int around = sign.length() + number.prefix().length() + Texts.length(number.rest());
        long least = read.fill() == '0' && read.align() == '=' ? read.width() - around : 0;
        String digits = number.digits().isEmpty()
                ? ""
                : grouped(number.digits(), (int) Math.max(0, least), read.grouping(), groupSize(read.type()));
        int missing = (int) Math.max(0, read.width() - around - digits.length());
        String fill = Character.toString(read.fill());
        int left = read.align() == '>' ? missing : read.align() == '^' ? missing / 2 : 0;
        int inside = read.align() == '=' ? missing : 0;
        return fill.repeat(left)
                + sign
                + number.prefix()
                + fill.repeat(inside)
                + digits
                + number.rest()
                + fill.repeat(missing - left - inside);
    }

    private static int groupSize(int type) {
        return "boxX".indexOf(type) >= 0 && type != 0 ? 4 : 3;
    }

    /** Digits in groups, with zeros in front up to a width; a separator never stands first. */
    private static String grouped(String digits, int least, int separator, int size) {
        if (separator == 0) {
            return "0".repeat(Math.max(0, least - digits.length())) + digits;
        }
        StringBuilder reversed = new StringBuilder();
        int remaining = digits.length();
        int width = least;
        while (true) {
            int length = Math.min(size, Math.max(Math.max(remaining, width), 1));
            for (int index = 0; index < length; index++) {
                reversed.append(remaining > 0 ? digits.charAt(remaining - 1) : '0');
                remaining = Math.max(0, remaining - 1);
            }
            width -= length;
            if (remaining <= 0 && width <= 0) {
                return reversed.reverse().toString();
            }
            reversed.append((char) separator);
            width--;
        }
    }
}
