package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.arrow.ArrowReader.LosslessConversion;
import io.featuregrid.planner.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/** Timestamps of any unit and zone, dates and ISO-8601 text to microseconds and days. A timestamp without a zone is UTC. */
final class TimeConversions {
    private static final long MICROS_A_DAY = 86_400_000_000L;

    private TimeConversions() {}

    static @Nullable LosslessConversion toTimestamp(FieldVector vector, boolean floor) {
        return switch (vector) {
            case TimeStampVector times -> timestamp(times, floor);
            case DateDayVector days ->
                (row, target) -> {
                    long value = days.get(row);
                    target.setBits(row, value * MICROS_A_DAY);
                    return fits(value, MICROS_A_DAY);
                };
            case DateMilliVector millis ->
                (row, target) -> {
                    long value = millis.get(row);
                    target.setBits(row, value * 1_000);
                    return fits(value, 1_000);
                };
            default -> text(vector, floor);
        };
    }

    static @Nullable LosslessConversion toDate(FieldVector vector) {
        if (vector instanceof DateMilliVector millis) {
            return (row, target) -> setDay(row, millis.get(row), 86_400_000L, target);
        }
        if (vector instanceof TimeStampVector times) {
            long unitsADay = MICROS_A_DAY / 1_000_000 * unitsASecond(times);
            return (row, target) -> setDay(row, times.get(row), unitsADay, target);
        }
        TextConversions.BytesAt texts = TextConversions.texts(vector);
        return texts == null
                ? null
                : (row, target) -> {
                    try {
                        String text = new String(texts.get(row), StandardCharsets.UTF_8).strip();
                        return setDay(row, LocalDate.parse(text).toEpochDay(), 1, target);
                    } catch (DateTimeException refused) {
                        return false;
                    }
                };
    }

    /** A time as a person reads it: ISO-8601 in UTC, or the plain number where no calendar reaches. */
    static String describe(TimeStampVector times, int row) {
        long unitsASecond = unitsASecond(times);
        long value = times.get(row);
        try {
            return Instant.ofEpochSecond(
                            Math.floorDiv(value, unitsASecond),
                            Math.floorMod(value, unitsASecond) * (1_000_000_000 / unitsASecond))
                    .toString();
        } catch (DateTimeException beyond) {
            return Long.toString(value);
        }
    }

    private static boolean setDay(int row, long time, long unitsADay, ColumnBuilder target) {
        long day = Math.floorDiv(time, unitsADay);
        target.setBits(row, day);
        return day == (int) day && Math.floorMod(time, unitsADay) == 0;
    }

    private static LosslessConversion timestamp(TimeStampVector times, boolean floor) {
        long unitsASecond = unitsASecond(times);
        if (unitsASecond > 1_000_000) {
            return (row, target) -> {
                long value = times.get(row);
                target.setBits(row, Math.floorDiv(value, 1_000));
                return floor || Math.floorMod(value, 1_000) == 0;
            };
        }
        long factor = 1_000_000 / unitsASecond;
        return (row, target) -> {
            long value = times.get(row);
            target.setBits(row, value * factor);
            return fits(value, factor);
        };
    }

    private static @Nullable LosslessConversion text(FieldVector vector, boolean floor) {
        TextConversions.BytesAt texts = TextConversions.texts(vector);
        return texts == null
                ? null
                : (row, target) -> {
                    try {
                        Timestamps.Reading reading =
                                Timestamps.read(new String(texts.get(row), StandardCharsets.UTF_8));
                        target.setBits(row, reading.micros());
                        return floor || reading.nanosBelow() == 0;
                    } catch (DateTimeException refused) {
                        return false;
                    }
                };
    }

    private static boolean fits(long value, long factor) {
        return value <= Long.MAX_VALUE / factor && value >= Long.MIN_VALUE / factor;
    }

    private static long unitsASecond(TimeStampVector vector) {
        TimeUnit unit = ((ArrowType.Timestamp) vector.getField().getType()).getUnit();
        return switch (unit) {
            case SECOND -> 1;
            case MILLISECOND -> 1_000;
            case MICROSECOND -> 1_000_000;
            case NANOSECOND -> 1_000_000_000;
        };
    }
}
