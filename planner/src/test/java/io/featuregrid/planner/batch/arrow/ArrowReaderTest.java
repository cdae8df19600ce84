package io.featuregrid.planner.batch.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every conversion that is lossless is made, every other is refused by row and value; no memory is left behind. */
class ArrowReaderTest {
    private static final ArrowType DOUBLE = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
    private static final ArrowType SINGLE = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    private static final ArrowType HALF = new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);
    private static final ArrowType UTF8 = new ArrowType.Utf8();
    private static final ArrowType DAY = new ArrowType.Date(DateUnit.DAY);
    private static final ArrowType MILLI = new ArrowType.Date(DateUnit.MILLISECOND);
    private static final long MICROS_A_DAY = 86_400_000_000L;

    private final Vectors vectors = new Vectors();

    @AfterEach
    void nothingIsLeftAllocated() {
        vectors.close();
    }

    @Test
    void integersOfEveryWidthAreInt64() {
        for (int width : new int[] {8, 16, 32, 64}) {
            long least = -1L << (width - 1);
            expect(
                    ColumnType.INT64,
                    integers(width, true),
                    List.of(least, -1L, 0L, ~least),
                    List.of(least, -1L, 0L, ~least));
        }
        expect(ColumnType.INT64, integers(8, false), List.of(0L, 255L), List.of(0L, 255L));
        expect(ColumnType.INT64, integers(16, false), List.of(0L, 65_535L), List.of(0L, 65_535L));
        expect(ColumnType.INT64, integers(32, false), List.of(0L, 4_294_967_295L), List.of(0L, 4_294_967_295L));
        expect(ColumnType.INT64, integers(64, false), List.of(0L, Long.MAX_VALUE), List.of(0L, Long.MAX_VALUE));
        expectRefusal(ColumnType.INT64, integers(64, false), 5L, -1L, "18446744073709551615");
    }

    @Test
    void floatsThatAreExactIntegersAreInt64() {
        expect(
                ColumnType.INT64,
                DOUBLE,
                List.of(0.0, -0.0, -3.0, 0x1p62, -0x1p63),
                List.of(0L, 0L, -3L, 1L << 62, Long.MIN_VALUE));
        expect(ColumnType.INT64, SINGLE, List.of(16_777_216f), List.of(16_777_216L));
        expect(ColumnType.INT64, HALF, List.of(2_048f), List.of(2_048L));
        for (double lossy : new double[] {0.5, -1e-300, 0x1p63, 1e300, Double.NaN, Double.POSITIVE_INFINITY}) {
            expectRefusal(ColumnType.INT64, DOUBLE, 1.0, lossy, Double.toString(lossy));
        }
        expectRefusal(ColumnType.INT64, SINGLE, 1f, 1.5f, "1.5");
    }

    @Test
    void integersThatAreExactAreFloat64() {
        expect(
                ColumnType.FLOAT64,
                integers(64, true),
                List.of(0L, 1L << 53, -(1L << 53), Long.MIN_VALUE, (1L << 53) + 2),
                List.of(0.0, 0x1p53, -0x1p53, -0x1p63, 0x1p53 + 2));
        expect(ColumnType.FLOAT64, integers(32, false), List.of(4_294_967_295L), List.of(4_294_967_295.0));
        expect(ColumnType.FLOAT64, integers(8, true), List.of(-128L), List.of(-128.0));
        expectRefusal(ColumnType.FLOAT64, integers(64, true), 1L, (1L << 53) + 1, "9007199254740993");
        expectRefusal(ColumnType.FLOAT64, integers(64, true), 1L, Long.MAX_VALUE, "9223372036854775807");
        expectRefusal(ColumnType.FLOAT64, integers(64, false), 1L, Long.MIN_VALUE, "9223372036854775808");
    }

    @Test
    void floatsOfEveryWidthAreFloat64AndNanIsAValue() {
        expect(
                ColumnType.FLOAT64,
                DOUBLE,
                List.of(-0.0, Double.NaN, Double.MIN_VALUE, Double.NEGATIVE_INFINITY),
                List.of(-0.0, Double.NaN, Double.MIN_VALUE, Double.NEGATIVE_INFINITY));
        expect(
                ColumnType.FLOAT64,
                SINGLE,
                List.of(0.1f, Float.NaN, Float.MIN_VALUE, Float.POSITIVE_INFINITY),
                List.of((double) 0.1f, Double.NaN, (double) Float.MIN_VALUE, Double.POSITIVE_INFINITY));
        expect(ColumnType.FLOAT64, HALF, List.of(0.5f, -0.0f), List.of(0.5, -0.0));
    }

    @Test
    void textOfEveryLayoutIsAString() {
        List<Object> texts = List.of("", "a", "\u00e4\u20ac\ud83d\ude00", "x".repeat(100));
        for (ArrowType type : List.of(UTF8, new ArrowType.LargeUtf8(), new ArrowType.Utf8View())) {
            expect(ColumnType.STRING, type, texts, texts);
        }
    }

    @Test
    void timestampsOfEveryUnitAndZoneAreTheSameInstants() {
        for (String zone : Arrays.asList(null, "UTC", "America/New_York", "+05:30")) {
            expect(
                    ColumnType.TIMESTAMP,
                    new ArrowType.Timestamp(TimeUnit.SECOND, zone),
                    List.of(-1L, 1_357_034_400L),
                    List.of(-1_000_000L, 1_357_034_400_000_000L));
            expect(
                    ColumnType.TIMESTAMP,
                    new ArrowType.Timestamp(TimeUnit.MILLISECOND, zone),
                    List.of(-1L, 5L),
                    List.of(-1_000L, 5_000L));
            expect(
                    ColumnType.TIMESTAMP,
                    new ArrowType.Timestamp(TimeUnit.MICROSECOND, zone),
                    List.of(Long.MIN_VALUE, -1L, Long.MAX_VALUE),
                    List.of(Long.MIN_VALUE, -1L, Long.MAX_VALUE));
            expect(
                    ColumnType.TIMESTAMP,
                    new ArrowType.Timestamp(TimeUnit.NANOSECOND, zone),
                    List.of(-1_000L, 5_000L),
                    List.of(-1L, 5L));
        }
    }

    @Test
    void aTimeFinerThanAMicrosecondIsRefusedOrFlooredAsAsked() {
        ArrowType nanos = new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC");
        expectRefusal(ColumnType.TIMESTAMP, nanos, 1_000L, 1_999L, "1970-01-01T00:00:00.000001999Z");
        expectFloored(nanos, List.of(1_999L, -1L, -1_000L), List.of(1L, -1L, -1L));
        expectRefusal(
                ColumnType.TIMESTAMP,
                UTF8,
                "1970-01-01",
                "1970-01-01T00:00:00.0000019",
                "\"1970-01-01T00:00:00.0000019\"");
        expectFloored(UTF8, List.of("1970-01-01T00:00:00.0000019", "1969-12-31T23:59:59.999999999"), List.of(1L, -1L));
    }

    @Test
    void aTimeBeyondMicrosecondsOf64BitsIsRefused() {
        expectRefusal(
                ColumnType.TIMESTAMP,
                new ArrowType.Timestamp(TimeUnit.SECOND, null),
                1L,
                1L << 60,
                "1152921504606846976");
        expectRefusal(
                ColumnType.TIMESTAMP,
                new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC"),
                1L,
                Long.MIN_VALUE,
                "-292275055-05-16T16:47:04.192Z");
        expectRefusal(ColumnType.TIMESTAMP, DAY, 1L, (long) Integer.MAX_VALUE, "+5881580-07-11");
        expectRefusal(ColumnType.TIMESTAMP, MILLI, 1L, Long.MAX_VALUE / 2, "");
        expectRefusal(
                ColumnType.DATE,
                new ArrowType.Timestamp(TimeUnit.SECOND, null),
                0L,
                86_400L << 32,
                LocalDate.ofEpochDay(1L << 32) + "T00:00:00Z");
        expectRefusal(ColumnType.DATE, MILLI, 0L, 86_400_000L << 32, "");
        expectRefusal(ColumnType.DATE, UTF8, "1970-01-01", "+9999999-01-01", "\"+9999999-01-01\"");
    }

    @Test
    void datesAndTextAreTimestamps() {
        expect(ColumnType.TIMESTAMP, DAY, List.of(-1L, 0L, 15_706L), List.of(-MICROS_A_DAY, 0L, 15_706 * MICROS_A_DAY));
        expect(ColumnType.TIMESTAMP, MILLI, List.of(-1L, 86_400_000L), List.of(-1_000L, MICROS_A_DAY));
        List<Object> texts = List.of("1970-01-02", "1970-01-01T00:00:00.000001Z", "1970-01-01 02:00:00+02:00");
        for (ArrowType type : List.of(UTF8, new ArrowType.LargeUtf8(), new ArrowType.Utf8View())) {
            expect(ColumnType.TIMESTAMP, type, texts, List.of(MICROS_A_DAY, 1L, 0L));
        }
        expectRefusal(ColumnType.TIMESTAMP, UTF8, "1970-01-01", "yesterday", "\"yesterday\"");
    }

    @Test
    void wholeDaysAreDates() {
        expect(
                ColumnType.DATE,
                DAY,
                List.of((long) Integer.MIN_VALUE, -1L, 0L),
                List.of((long) Integer.MIN_VALUE, -1L, 0L));
        expect(ColumnType.DATE, MILLI, List.of(-86_400_000L, 0L), List.of(-1L, 0L));
        expect(ColumnType.DATE, UTF8, List.of("1969-12-31", " 2013-01-01 "), List.of(-1L, 15_706L));
        Map.of(
                        TimeUnit.SECOND,
                        86_400L,
                        TimeUnit.MILLISECOND,
                        86_400_000L,
                        TimeUnit.MICROSECOND,
                        MICROS_A_DAY,
                        TimeUnit.NANOSECOND,
                        1_000 * MICROS_A_DAY)
                .forEach((unit, day) -> {
                    ArrowType times = new ArrowType.Timestamp(unit, null);
                    expect(ColumnType.DATE, times, List.of(-day, 0L, day), List.of(-1L, 0L, 1L));
                    expectRefusal(ColumnType.DATE, times, 0L, day + 1, "1970-01-02T00:00:0");
                });
        expectRefusal(ColumnType.DATE, MILLI, 0L, 1L, "");
        expectRefusal(ColumnType.DATE, UTF8, "1970-01-01", "1970-01-01T00:00:00", "\"1970-01-01T00:00:00\"");
    }

    @Test
    void boolsAreBools() {
        expect(ColumnType.BOOL, new ArrowType.Bool(), List.of(true, false, true), List.of(true, false, true));
    }

    @Test
    void aTypeWithoutALosslessWayIsRefusedWithItsFirstValue() {
        expectTypeRefusal(ColumnType.INT64, UTF8, "7", "\"7\"");
        expectTypeRefusal(ColumnType.INT64, new ArrowType.Bool(), true, "true");
        expectTypeRefusal(
                ColumnType.INT64,
                new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"),
                7L,
                "1970-01-01T00:00:00.000007Z");
        expectTypeRefusal(ColumnType.FLOAT64, UTF8, "7", "\"7\"");
        expectTypeRefusal(ColumnType.STRING, integers(64, true), 7L, "7");
        expectTypeRefusal(ColumnType.STRING, new ArrowType.Binary(), "7", "7");
        expectTypeRefusal(ColumnType.TIMESTAMP, integers(64, true), 7L, "7");
        expectTypeRefusal(ColumnType.TIMESTAMP, DOUBLE, 7.0, "7.0");
        expectTypeRefusal(ColumnType.DATE, integers(32, true), 7L, "7");
        expectTypeRefusal(ColumnType.BOOL, integers(8, true), 1L, "1");
        expectTypeRefusal(ColumnType.BOOL, UTF8, "true", "\"true\"");
    }

    @Test
    void columnsOfNullsOrWithoutRowsAreOfEveryType() {
        for (ColumnType type : ColumnType.values()) {
            Column nulls = read(vectors.nulls(3), type, false);
            assertThat(cells(nulls)).containsExactly(Vectors.NULL, Vectors.NULL, Vectors.NULL);
            for (ArrowType source : List.of(new ArrowType.Null(), UTF8, integers(64, true), new ArrowType.Bool())) {
                assertThat(read(vectors.vector(source, List.of()), type, false).rows())
                        .isZero();
            }
        }
    }

    private void expect(ColumnType type, ArrowType source, List<?> given, List<?> expected) {
        expect(type, source, given, expected, false);
    }

    private void expectFloored(ArrowType source, List<?> given, List<?> expected) {
        expect(ColumnType.TIMESTAMP, source, given, expected, true);
    }

    /** Also with nulls between the values, and as slices that begin anywhere. */
    private void expect(ColumnType type, ArrowType source, List<?> given, List<?> expected, boolean floor) {
        assertThat(cells(read(vectors.vector(source, given), type, floor)))
                .as("%s as %s", source, type)
                .isEqualTo(expected);
        List<Object> sparse = Vectors.withNulls(given, 21);
        List<Object> sparseExpected = Vectors.withNulls(expected, 21);
        FieldVector whole = vectors.vector(source, sparse);
        for (int from = 0; from < sparse.size(); from += 3) {
            int length = Math.min(11, sparse.size() - from);
            assertThat(cells(read(vectors.slice(whole, from, length), type, floor)))
                    .as("%s as %s from row %d on", source, type, from)
                    .isEqualTo(sparseExpected.subList(from, from + length));
        }
    }

    private void expectRefusal(ColumnType type, ArrowType source, Object good, Object bad, String value) {
        FieldVector vector = vectors.vector(source, List.of(good, Vectors.NULL, bad, bad));
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> read(vector, type, false));
        assertThat(refusal).as("%s of %s as %s", bad, source, type).isNotNull();
        assertThat(refusal.first().code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
        assertThat(refusal.first().message())
                .startsWith("column 'c' is " + value)
                .contains("in row 1002 (expected");
    }

    private void expectTypeRefusal(ColumnType type, ArrowType source, Object cell, String value) {
        FieldVector vector = vectors.vector(source, List.of(Vectors.NULL, cell));
        FeatureGridException refusal =
                catchThrowableOfType(FeatureGridException.class, () -> read(vector, type, false));
        assertThat(refusal).as("%s as %s", source, type).isNotNull();
        assertThat(refusal.first().code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
        assertThat(refusal.first().message())
                .startsWith("column 'c' is of type " + source)
                .contains(value + " in row 1001 (expected");
    }

    private static Column read(FieldVector vector, ColumnType type, boolean floor) {
        return ArrowReader.read(vector, type, new ArrowReader.Reading("column 'c'", 1_000, floor));
    }

    private static List<Object> cells(Column column) {
        return IntStream.range(0, column.rows())
                .mapToObj(row -> Vectors.cell(column, row))
                .toList();
    }

    private static ArrowType integers(int width, boolean signed) {
        return new ArrowType.Int(width, signed);
    }
}
