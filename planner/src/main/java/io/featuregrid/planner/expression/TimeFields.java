package io.featuregrid.planner.expression;

import java.time.LocalDate;

/** Datetimes and dates as CPython counts them: years 1 to 9999, UTC. */
final class TimeFields {
    static final long DAY = 86_400_000_000L;

    /** The first and the last microsecond, day. */
    static final long LEAST_MICROS = -62_135_596_800_000_000L;

    static final long MOST_MICROS = 253_402_300_799_999_999L;
    static final long LEAST_DAY = -719_162;
    static final long MOST_DAY = 2_932_896;

    private TimeFields() {}

    static Value moment(long micros) {
        if (micros < LEAST_MICROS || micros > MOST_MICROS) {
            throw EvaluationException.overflow("date value out of range");
        }
        return new Value.Moment(micros);
    }

    static Value day(long days) {
        if (days < LEAST_DAY || days > MOST_DAY) {
            throw EvaluationException.overflow("date value out of range");
        }
        return new Value.Day(days);
    }

    /** The date of a datetime or date. */
    static LocalDate date(Value value) {
        return LocalDate.ofEpochDay(
                value instanceof Value.Moment moment
                        ? Math.floorDiv(moment.micros(), DAY)
                        : ((Value.Day) value).days());
    }

    /** Microseconds since midnight; a date has none. */
    static long ofDay(Value value) {
        return value instanceof Value.Moment moment ? Math.floorMod(moment.micros(), DAY) : 0;
    }

    /** An attribute or method without arguments of a datetime, or of a date where it has it. */
    static Value field(Function function, Value value, String name) {
        boolean moment = value instanceof Value.Moment;
        if (!moment && !(value instanceof Value.Day)) {
            throw EvaluationException.attribute(value, name);
        }
        long second = ofDay(value) / 1_000_000;
        return switch (function) {
            case DATETIME_YEAR -> new Value.Whole(date(value).getYear());
            case DATETIME_MONTH -> new Value.Whole(date(value).getMonthValue());
            case DATETIME_DAY -> new Value.Whole(date(value).getDayOfMonth());
            case DATETIME_WEEKDAY -> new Value.Whole(date(value).getDayOfWeek().getValue() - 1L);
            case DATETIME_ISOWEEKDAY ->
                new Value.Whole(date(value).getDayOfWeek().getValue());
            case DATETIME_ISOFORMAT -> new Value.Text(TimeText.isoFormat(value, 'T'));
            default -> {
                if (!(value instanceof Value.Moment instant)) {
                    throw EvaluationException.attribute(value, name);
                }
                yield switch (function) {
                    case DATETIME_HOUR -> new Value.Whole(second / 3_600);
                    case DATETIME_MINUTE -> new Value.Whole(second / 60 % 60);
                    case DATETIME_SECOND -> new Value.Whole(second % 60);
                    case DATETIME_MICROSECOND -> new Value.Whole(ofDay(value) % 1_000_000);
                    case DATETIME_DATE -> new Value.Day(Math.floorDiv(instant.micros(), DAY));
                    case DATETIME_TIMESTAMP -> new Value.Real(seconds(instant.micros()));
                    default -> throw new IllegalArgumentException(function + " (expected a field of a datetime)");
                };
            }
        };
    }

    /** Microseconds as seconds, rounded once. */
    static double seconds(long micros) {
        return IntegerArithmetic.divide(micros, 1_000_000);
    }

    static Value of(Value[] arguments, boolean withTime) {
        long[] fields = new long[7];
        for (int index = 0; index < arguments.length; index++) {
            fields[index] = Operands.index(arguments[index]);
            if (fields[index] != (int) fields[index]) {
                throw EvaluationException.overflow("Python int too large to convert to C int");
            }
        }
        long days = days(fields);
        if (!withTime) {
            return new Value.Day(days);
        }
        check(fields[3], 23, "hour must be in 0..23");
        check(fields[4], 59, "minute must be in 0..59");
        check(fields[5], 59, "second must be in 0..59");
        check(fields[6], 999_999, "microsecond must be in 0..999999");
        return new Value.Moment(days * DAY + ((fields[3] * 60 + fields[4]) * 60 + fields[5]) * 1_000_000 + fields[6]);
    }

    private static long days(long[] fields) {
        if (fields[0] < 1 || fields[0] > 9999) {
            throw EvaluationException.value("year " + fields[0] + " is out of range");
        }
        if (fields[1] < 1 || fields[1] > 12) {
            throw EvaluationException.value("month must be in 1..12");
        }
        LocalDate first = LocalDate.of((int) fields[0], (int) fields[1], 1);
        if (fields[2] < 1 || fields[2] > first.lengthOfMonth()) {
            throw EvaluationException.value("day is out of range for month");
        }
        return first.toEpochDay() + fields[2] - 1;
    }

    private static void check(long field, long most, String message) {
        if (field < 0 || field > most) {
            throw EvaluationException.value(message);
        }
    }
}
