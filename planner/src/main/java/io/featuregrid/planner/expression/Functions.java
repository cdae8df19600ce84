package io.featuregrid.planner.expression;

import java.util.function.IntPredicate;

/** Calls of {@link Function}s. */
final class Functions {
    private Functions() {}

    static Value call(Function function, Value[] arguments, Budget budget) {
        return switch (function) {
            case ABS -> absolute(arguments[0]);
            case MIN, MAX -> extreme(function == Function.MIN, arguments);
            case ROUND -> round(arguments);
            case LEN -> new Value.Whole(Texts.length(measured(arguments[0])));
            case STR -> text(ValueText.str(arguments[0]));
            case INT -> new Value.Whole(toInt(arguments[0]));
            case FLOAT -> new Value.Real(toFloat(arguments[0]));
            case BOOL -> Operands.truth(Operands.isTrue(arguments[0]));
            case MATH_FLOOR, MATH_CEIL, MATH_TRUNC -> new Value.Whole(integer(function, arguments[0]));
            case DATETIME_OF -> TimeFields.of(arguments, true);
            case DATE_OF -> TimeFields.of(arguments, false);
            case TIMEDELTA -> TimeArithmetic.span(arguments);
            case TIMEDELTA_DAYS, TIMEDELTA_SECONDS, TIMEDELTA_MICROSECONDS, TIMEDELTA_TOTAL_SECONDS ->
                ofSpan(function, arguments[0]);
            default ->
                switch (family(function)) {
                    case "math" -> MathFunctions.call(function, arguments);
                    case "str" -> ofText(function, arguments, budget);
                    default -> TimeFields.field(function, arguments[0], name(function));
                };
        };
    }

    /** The word in front of the point: {@code math}, {@code str}, {@code datetime}, ... */
    static String family(Function function) {
        int point = function.word().indexOf('.');
        return point < 0 ? "" : function.word().substring(0, point);
    }

    static String name(Function function) {
        return function.word().substring(function.word().indexOf('.') + 1);
    }

    private static Value text(String text) {
        return new Value.Text(text);
    }

    private static Value absolute(Value value) {
        if (value instanceof Value.Real real) {
            return new Value.Real(Math.abs(real.value()));
        }
        if (Operands.integral(value)) {
            long whole = Operands.whole(value);
            return new Value.Whole(whole < 0 ? IntegerArithmetic.negate(whole) : whole);
        }
        if (value instanceof Value.Span span) {
            return span.micros() < 0 ? new Value.Span(IntegerArithmetic.negate(span.micros())) : span;
        }
        throw EvaluationException.type("bad operand type for abs(): '" + TypeNames.of(value) + "'");
    }

    private static Value extreme(boolean least, Value[] arguments) {
        Value best = arguments[0];
        for (int index = 1; index < arguments.length; index++) {
            int order = Operators.order(least ? "<" : ">", arguments[index], best);
            if (least ? order < 0 && order != Integer.MIN_VALUE : order > 0) {
                best = arguments[index];
            }
        }
        return best;
    }

    private static Value round(Value[] arguments) {
        Value value = arguments[0];
        boolean toInt = arguments.length == 1 || arguments[1] instanceof Value.Nothing;
        if (value instanceof Value.Real real) {
            return toInt
                    ? new Value.Whole(FloatArithmetic.truncate(Math.rint(real.value())))
                    : new Value.Real(FloatArithmetic.round(real.value(), Operands.index(arguments[1])));
        }
        if (!Operands.integral(value)) {
            throw EvaluationException.type("type " + TypeNames.of(value) + " doesn't define __round__ method");
        }
        long digits = toInt ? 0 : Operands.index(arguments[1]);
        long whole = Operands.whole(value);
        if (digits >= 0) {
            return new Value.Whole(whole);
        }
        return new Value.Whole(IntegerArithmetic.roundToTens(whole, digits == Long.MIN_VALUE ? 20 : -digits));
    }

    private static String measured(Value value) {
        if (value instanceof Value.Text text) {
            return text.value();
        }
        throw EvaluationException.type("object of type '" + TypeNames.of(value) + "' has no len()");
    }

    private static long toInt(Value value) {
        return switch (value) {
            case Value.Truth truth -> Operands.whole(truth);
            case Value.Whole whole -> whole.value();
            case Value.Real real -> FloatArithmetic.truncate(real.value());
            case Value.Text text -> Texts.parseInt(text.value());
            case Value.Nothing nothing -> throw notA("int()", "a real number", nothing);
            case Value.Moment moment -> throw notA("int()", "a real number", moment);
            case Value.Day day -> throw notA("int()", "a real number", day);
            case Value.Span span -> throw notA("int()", "a real number", span);
        };
    }

    private static double toFloat(Value value) {
        if (value instanceof Value.Text text) {
            return FloatText.parse(text.value());
        }
        if (!Operands.numeric(value)) {
            throw notA("float()", "a real number", value);
        }
        return Operands.real(value);
    }

    private static EvaluationException notA(String function, String expected, Value value) {
        return EvaluationException.type(
                function + " argument must be a string or " + expected + ", not '" + TypeNames.of(value) + "'");
    }

    private static long integer(Function function, Value value) {
        if (Operands.integral(value)) {
            return Operands.whole(value);
        }
        if (!(value instanceof Value.Real real)) {
            throw EvaluationException.type("must be real number, not " + TypeNames.of(value));
        }
        double number = real.value();
        return FloatArithmetic.truncate(
                switch (function) {
                    case MATH_FLOOR -> Math.floor(number);
                    case MATH_CEIL -> Math.ceil(number);
                    default -> number;
                });
    }

    private static Value ofSpan(Function function, Value value) {
        if (!(value instanceof Value.Span span)) {
            throw EvaluationException.attribute(value, name(function));
        }
        long ofDay = Math.floorMod(span.micros(), TimeFields.DAY);
        return switch (function) {
            case TIMEDELTA_DAYS -> new Value.Whole(Math.floorDiv(span.micros(), TimeFields.DAY));
            case TIMEDELTA_SECONDS -> new Value.Whole(ofDay / 1_000_000);
            case TIMEDELTA_MICROSECONDS -> new Value.Whole(ofDay % 1_000_000);
            default -> new Value.Real(TimeFields.seconds(span.micros()));
        };
    }

    private static Value ofText(Function function, Value[] arguments, Budget budget) {
        if (!(arguments[0] instanceof Value.Text receiver)) {
            throw EvaluationException.type("'" + name(function) + "' of a " + TypeNames.of(arguments[0])
                    + " is not supported (expected a str)");
        }
        String text = receiver.value();
        budget.text(text.length() / 4);
        return switch (function) {
            case STR_UPPER -> text(Texts.upper(text));
            case STR_LOWER -> text(Texts.lower(text));
            case STR_CAPITALIZE -> text(Texts.capitalize(text));
            case STR_TITLE -> text(Texts.title(text));
            case STR_STRIP -> text(Texts.strip(text, stripped(arguments, "strip"), true, true));
            case STR_LSTRIP -> text(Texts.strip(text, stripped(arguments, "lstrip"), true, false));
            case STR_RSTRIP -> text(Texts.strip(text, stripped(arguments, "rstrip"), false, true));
            case STR_STARTSWITH -> Operands.truth(text.startsWith(part(arguments, 1)));
            case STR_ENDSWITH -> Operands.truth(text.endsWith(part(arguments, 1)));
            case STR_REPLACE -> text(Texts.replace(text, part(arguments, 1), part(arguments, 2), budget));
            case STR_FIND -> new Value.Whole(Texts.find(text, part(arguments, 1)));
            case STR_COUNT -> new Value.Whole(Texts.count(text, part(arguments, 1)));
            case STR_ZFILL -> text(Texts.zeroFill(text, Operands.index(arguments[1]), budget));
            case STR_ISDIGIT -> Operands.truth(Texts.all(text, Characters::isDigit));
            case STR_ISALPHA -> Operands.truth(Texts.all(text, Characters::isAlpha));
            case STR_ISALNUM -> Operands.truth(Texts.all(text, Characters::isAlphaOrNumeric));
            case STR_ISSPACE -> Operands.truth(Texts.all(text, Characters::isSpace));
            case STR_REMOVEPREFIX -> {
                String prefix = part(arguments, 1);
                yield text.startsWith(prefix) ? text(text.substring(prefix.length())) : receiver;
            }
            case STR_REMOVESUFFIX -> {
                String suffix = part(arguments, 1);
                yield text.endsWith(suffix) ? text(text.substring(0, text.length() - suffix.length())) : receiver;
            }
            default -> throw new IllegalArgumentException(function + " (expected a method of a text)");
        };
    }

    private static String part(Value[] arguments, int index) {
        if (arguments[index] instanceof Value.Text text) {
            return text.value();
        }
        throw EvaluationException.type("argument " + index + " must be str, not " + TypeNames.of(arguments[index]));
    }

    private static IntPredicate stripped(Value[] arguments, String name) {
        if (arguments.length == 1 || arguments[1] instanceof Value.Nothing) {
            return Characters::isSpace;
        }
        if (arguments[1] instanceof Value.Text text) {
            String points = text.value();
            return point -> points.indexOf(point) >= 0;
        }
        throw EvaluationException.type(name + " arg must be None or str");
    }
}
