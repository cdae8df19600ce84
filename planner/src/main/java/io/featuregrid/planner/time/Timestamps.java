package io.featuregrid.planner.time;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Time as int64 microseconds since the epoch, UTC. Text without a zone is read as UTC, whatever the machine's zone. */
public final class Timestamps {
    private static final DateTimeFormatter WITH_OPTIONAL_OFFSET = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HHMM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HH", "Z")
            .optionalEnd()
            .toFormatter();

    /** What the formatter above, whose offsets are optional one by one, would let through: two of them. */
    private static final Pattern TWO_OFFSETS = Pattern.compile("[Tt].*[zZ+-].*[zZ+-]");

    private Timestamps() {}

    /** What is read of a text: whole microseconds, and nanoseconds of 0..999 below them. */
    public record Reading(long micros, int nanosBelow) {}

    /**
     * Reads ISO-8601: a date, or a date and a time with or without an offset; a blank may stand for the {@code T}.
     *
     * @throws DateTimeException if the text is no such time or lies outside 64 bits of microseconds
     */
    public static Reading read(String text) {
        String trimmed = text.strip();
        if (trimmed.length() == 10) {
            return reading(LocalDate.parse(trimmed).atStartOfDay().toInstant(ZoneOffset.UTC));
        }
        String joined = trimmed.length() > 10 && trimmed.charAt(10) == ' '
                ? trimmed.substring(0, 10) + 'T' + trimmed.substring(11)
                : trimmed;
        if (TWO_OFFSETS.matcher(joined).find()) {
            throw new DateTimeException("two offsets in " + text);
        }
        Object best = WITH_OPTIONAL_OFFSET.parseBest(joined, OffsetDateTime::from, LocalDateTime::from);
        return reading(
                best instanceof OffsetDateTime offset
                        ? offset.toInstant()
                        : ((LocalDateTime) best).toInstant(ZoneOffset.UTC));
    }

    /** The microseconds of a text that states a time of whole microseconds, else empty. */
    public static OptionalLong parse(String text) {
        try {
            Reading reading = read(text);
            return reading.nanosBelow() == 0 ? OptionalLong.of(reading.micros()) : OptionalLong.empty();
        } catch (DateTimeException refused) {
            return OptionalLong.empty();
        }
    }

    /** ISO-8601 in UTC with Z, as short as it is exact: {@code 2013-01-01T10:00:00Z}. */
    public static String format(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L)
                .toString();
    }

    private static Reading reading(Instant instant) {
        try {
            long second = instant.getEpochSecond();
            long below = instant.getNano() / 1_000L;
            // Of the first representable second only a part is: it is counted down from the next one.
            long micros = second < 0
                    ? Math.addExact(Math.multiplyExact(second + 1, 1_000_000L), below - 1_000_000L)
                    : Math.addExact(Math.multiplyExact(second, 1_000_000L), below);
            return new Reading(micros, instant.getNano() % 1_000);
        } catch (ArithmeticException overflow) {
            throw new DateTimeException("outside 64 bits of microseconds", overflow);
        }
    }
}
