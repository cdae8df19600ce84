package io.featuregrid.planner.time;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in microseconds, written {@code 90s}, {@code 10m}, {@code 1h30m}, {@code 2d}, {@code 1w}, {@code 250ms}, {@code infinity}. */
public final class Durations {
    /** A duration without end. */
    public static final long INFINITY = Long.MAX_VALUE;

    private static final Pattern WHOLE = Pattern.compile("(?:\\d{1,18}(?:ms|us|w|d|h|m|s))+");
    private static final Pattern PART = Pattern.compile("(\\d{1,18})(ms|us|w|d|h|m|s)");
    private static final String[] UNITS = {"w", "d", "h", "m", "s", "ms", "us"};

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @param subject what the duration belongs to, for the message: {@code staleness for 'user.score'}
     * @throws FeatureGridException INVALID_QUERY if the text is no duration or does not fit 64 bits of microseconds
     */
    public static long parse(String text, String subject) {
        if (text.equals("infinity")) {
            return INFINITY;
        }
        if (!WHOLE.matcher(text).matches()) {
            throw refused(text, subject);
        }
        long total = 0;
        Matcher part = PART.matcher(text);
        try {
            while (part.find()) {
                total = Math.addExact(total, Math.multiplyExact(Long.parseLong(part.group(1)), micros(part.group(2))));
            }
        } catch (ArithmeticException overflow) {
            throw refused(text, subject);
        }
        return total;
    }

    /** The shortest text that {@link #parse} reads back as the same duration. */
    public static String format(long micros) {
        if (micros == INFINITY) {
            return "infinity";
        }
        StringBuilder text = new StringBuilder();
        long rest = micros;
        for (String unit : UNITS) {
            long count = rest / micros(unit);
            rest %= micros(unit);
            if (count > 0) {
                text.append(count).append(unit);
            }
        }
        return text.isEmpty() ? "0s" : text.toString();
    }

    /** {@code time + duration}, staying at the end of time instead of wrapping. */
    public static long add(long time, long duration) {
        long sum = time + duration;
        return ((time ^ sum) & (duration ^ sum)) < 0 ? (time < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    /** {@code time - duration} for a duration of at least 0, staying at the beginning of time instead of wrapping. */
    public static long subtract(long time, long duration) {
        long difference = time - duration;
        return difference > time ? Long.MIN_VALUE : difference;
    }

    private static long micros(String unit) {
        return switch (unit) {
            case "us" -> 1;
            case "ms" -> 1_000;
            case "s" -> 1_000_000;
            case "m" -> 60_000_000L;
            case "h" -> 3_600_000_000L;
            case "d" -> 86_400_000_000L;
            case "w" -> 604_800_000_000L;
            default -> throw new IllegalArgumentException("unit is " + unit);
        };
    }

    private static FeatureGridException refused(String text, String subject) {
        return new FeatureGridException(
                ErrorCode.INVALID_QUERY,
                subject + " is \"" + text + "\" (expected a duration like 90s, 10m, 1h30m, 2d, 250ms or infinity)");
    }
}
