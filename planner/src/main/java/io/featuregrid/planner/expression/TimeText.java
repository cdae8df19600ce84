package io.featuregrid.planner.expression;

import java.time.LocalDate;
import java.util.Locale;

/** Datetimes, dates and timedeltas as CPython writes them. */
final class TimeText {
    private static final String[] MONTHS = {
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December"
    };
    private static final String[] WEEKDAYS = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
    };
    private static final String DIRECTIVES = "YmdHMSfjyBbAapI%Zz";

    private TimeText() {}

    /** As {@code isoformat}. */
    static String isoFormat(Value value, char separator) {
        LocalDate date = TimeFields.date(value);
        String day = String.format(
                Locale.ROOT, "%04d-%02d-%02d", date.getYear(), date.getMonthValue(), date.getDayOfMonth());
        if (!(value instanceof Value.Moment)) {
            return day;
        }
        long micros = TimeFields.ofDay(value);
        long seconds = micros / 1_000_000;
        String time = String.format(Locale.ROOT, "%02d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        String fraction = micros % 1_000_000 == 0 ? "" : String.format(Locale.ROOT, ".%06d", micros % 1_000_000);
        return day + separator + time + fraction + "+00:00";
    }

    static String repr(Value value) {
        LocalDate date = TimeFields.date(value);
        String day = date.getYear() + ", " + date.getMonthValue() + ", " + date.getDayOfMonth();
        if (!(value instanceof Value.Moment)) {
            return "datetime.date(" + day + ")";
        }
        long micros = TimeFields.ofDay(value);
        long seconds = micros / 1_000_000;
        StringBuilder text = new StringBuilder("datetime.datetime(" + day);
        text.append(", ").append(seconds / 3_600).append(", ").append(seconds / 60 % 60);
        if (seconds % 60 != 0 || micros % 1_000_000 != 0) {
            text.append(", ").append(seconds % 60);
        }
        if (micros % 1_000_000 != 0) {
            text.append(", ").append(micros % 1_000_000);
        }
        return text.append(", tzinfo=datetime.timezone.utc)").toString();
    }

    /** As {@code str} of a timedelta. */
    static String span(long micros) {
        long days = Math.floorDiv(micros, TimeFields.DAY);
        long rest = Math.floorMod(micros, TimeFields.DAY);
        long seconds = rest / 1_000_000;
        String front = days == 0 ? "" : days + (Math.abs(days) == 1 ? " day, " : " days, ");
        String fraction = rest % 1_000_000 == 0 ? "" : String.format(Locale.ROOT, ".%06d", rest % 1_000_000);
        return front
                + String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60)
                + fraction;
    }

    static String reprOfSpan(long micros) {
        long days = Math.floorDiv(micros, TimeFields.DAY);
        long rest = Math.floorMod(micros, TimeFields.DAY);
        StringBuilder text = new StringBuilder();
        append(text, "days", days);
        append(text, "seconds", rest / 1_000_000);
        append(text, "microseconds", rest % 1_000_000);
        return "datetime.timedelta(" + (text.isEmpty() ? "0" : text) + ")";
    }

    private static void append(StringBuilder text, String name, long value) {
        if (value != 0) {
            text.append(text.isEmpty() ? "" : ", ").append(name).append('=').append(value);
        }
    }

    /** Whether {@link #format} knows all of a specification. */
    static boolean supports(String specification) {
        for (int index = 0; index < specification.length(); index++) {
            char character = specification.charAt(index);
            if (character >= 0x80 || character == 0) {
                return false;
            }
            if (character == '%') {
                index++;
                if (index == specification.length() || DIRECTIVES.indexOf(specification.charAt(index)) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** As {@code strftime} in the C locale. */
    static String format(Value value, String specification) {
        if (!supports(specification)) {
            throw EvaluationException.value("format of a time not supported: '" + specification + "'");
        }
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < specification.length(); index++) {
            char character = specification.charAt(index);
            if (character == '%') {
                index++;
                text.append(directive(value, specification.charAt(index)));
            } else {
                text.append(character);
            }
        }
        return text.toString();
    }

    private static String directive(Value value, char directive) {
        LocalDate date = TimeFields.date(value);
        long micros = TimeFields.ofDay(value);
        long seconds = micros / 1_000_000;
        long hour = seconds / 3_600;
        boolean aware = value instanceof Value.Moment;
        return switch (directive) {
            case 'Y' -> Integer.toString(date.getYear());
            case 'm' -> two(date.getMonthValue());
            case 'd' -> two(date.getDayOfMonth());
            case 'H' -> two(hour);
            case 'M' -> two(seconds / 60 % 60);
            case 'S' -> two(seconds % 60);
            case 'f' -> String.format(Locale.ROOT, "%06d", micros % 1_000_000);
            case 'j' -> String.format(Locale.ROOT, "%03d", date.getDayOfYear());
            case 'y' -> two(date.getYear() % 100);
            case 'B' -> MONTHS[date.getMonthValue() - 1];
            case 'b' -> MONTHS[date.getMonthValue() - 1].substring(0, 3);
            case 'A' -> WEEKDAYS[date.getDayOfWeek().getValue() - 1];
            case 'a' -> WEEKDAYS[date.getDayOfWeek().getValue() - 1].substring(0, 3);
            case 'p' -> hour < 12 ? "AM" : "PM";
            case 'I' -> two((hour + 11) % 12 + 1);
            case 'Z' -> aware ? "UTC" : "";
            case 'z' -> aware ? "+0000" : "";
            default -> "%";
        };
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }
}
