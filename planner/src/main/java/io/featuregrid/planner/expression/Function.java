package io.featuregrid.planner.expression;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A function, method or attribute of CPython that is part of the language. A method's first argument is the value it belongs to. Those of
 * {@code datetime} take a date too, where CPython's date has them.
 */
public enum Function {
    ABS("abs", 1, 1),
    MIN("min", 2, Function.MOST),
    MAX("max", 2, Function.MOST),
    ROUND("round", 1, 2),
    LEN("len", 1, 1),
    STR("str", 1, 1),
    INT("int", 1, 1),
    FLOAT("float", 1, 1),
    BOOL("bool", 1, 1),
    MATH_SQRT("math.sqrt", 1, 1),
    MATH_EXP("math.exp", 1, 1),
    MATH_LOG("math.log", 1, 2),
    MATH_LOG2("math.log2", 1, 1),
    MATH_LOG10("math.log10", 1, 1),
    MATH_LOG1P("math.log1p", 1, 1),
    MATH_EXPM1("math.expm1", 1, 1),
    MATH_POW("math.pow", 2, 2),
    MATH_SIN("math.sin", 1, 1),
    MATH_COS("math.cos", 1, 1),
    MATH_TAN("math.tan", 1, 1),
    MATH_ASIN("math.asin", 1, 1),
    MATH_ACOS("math.acos", 1, 1),
    MATH_ATAN("math.atan", 1, 1),
    MATH_ATAN2("math.atan2", 2, 2),
    MATH_SINH("math.sinh", 1, 1),
    MATH_COSH("math.cosh", 1, 1),
    MATH_TANH("math.tanh", 1, 1),
    MATH_FLOOR("math.floor", 1, 1),
    MATH_CEIL("math.ceil", 1, 1),
    MATH_TRUNC("math.trunc", 1, 1),
    MATH_FABS("math.fabs", 1, 1),
    MATH_FMOD("math.fmod", 2, 2),
    MATH_HYPOT("math.hypot", 2, 2),
    MATH_ISNAN("math.isnan", 1, 1),
    MATH_ISINF("math.isinf", 1, 1),
    MATH_ISFINITE("math.isfinite", 1, 1),
    MATH_DEGREES("math.degrees", 1, 1),
    MATH_RADIANS("math.radians", 1, 1),
    MATH_COPYSIGN("math.copysign", 2, 2),
    STR_UPPER("str.upper", 1, 1),
    STR_LOWER("str.lower", 1, 1),
    STR_STRIP("str.strip", 1, 2),
    STR_LSTRIP("str.lstrip", 1, 2),
    STR_RSTRIP("str.rstrip", 1, 2),
    STR_STARTSWITH("str.startswith", 2, 2),
    STR_ENDSWITH("str.endswith", 2, 2),
    STR_REPLACE("str.replace", 3, 3),
    STR_FIND("str.find", 2, 2),
    STR_COUNT("str.count", 2, 2),
    STR_CAPITALIZE("str.capitalize", 1, 1),
    STR_TITLE("str.title", 1, 1),
    STR_ZFILL("str.zfill", 2, 2),
    STR_ISDIGIT("str.isdigit", 1, 1),
    STR_ISALPHA("str.isalpha", 1, 1),
    STR_ISALNUM("str.isalnum", 1, 1),
    STR_ISSPACE("str.isspace", 1, 1),
    STR_REMOVEPREFIX("str.removeprefix", 2, 2),
    STR_REMOVESUFFIX("str.removesuffix", 2, 2),
    DATETIME_YEAR("datetime.year", 1, 1),
    DATETIME_MONTH("datetime.month", 1, 1),
    DATETIME_DAY("datetime.day", 1, 1),
    DATETIME_HOUR("datetime.hour", 1, 1),
    DATETIME_MINUTE("datetime.minute", 1, 1),
    DATETIME_SECOND("datetime.second", 1, 1),
    DATETIME_MICROSECOND("datetime.microsecond", 1, 1),
    DATETIME_WEEKDAY("datetime.weekday", 1, 1),
    DATETIME_ISOWEEKDAY("datetime.isoweekday", 1, 1),
    DATETIME_DATE("datetime.date", 1, 1),
    DATETIME_TIMESTAMP("datetime.timestamp", 1, 1),
    DATETIME_ISOFORMAT("datetime.isoformat", 1, 1),
    DATETIME_OF("datetime.of", 3, 7),
    DATE_OF("date.of", 3, 3),
    TIMEDELTA("timedelta", 7, 7),
    TIMEDELTA_DAYS("timedelta.days", 1, 1),
    TIMEDELTA_SECONDS("timedelta.seconds", 1, 1),
    TIMEDELTA_MICROSECONDS("timedelta.microseconds", 1, 1),
    TIMEDELTA_TOTAL_SECONDS("timedelta.total_seconds", 1, 1);

    private static final int MOST = 255;

    private static final Map<String, Function> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toMap(Function::word, function -> function));

    private final String word;
    private final int least;
    private final int most;

    Function(String word, int least, int most) {
        this.word = word;
        this.least = least;
        this.most = most;
    }

    /** Its name in JSON: {@code math.sqrt}. */
    public String word() {
        return word;
    }

    /** The fewest arguments that it takes. */
    public int least() {
        return least;
    }

    /** The most arguments that it takes. */
    public int most() {
        return most;
    }

    /** The function of a name; empty if there is none. */
    public static Optional<Function> ofWord(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }
}
