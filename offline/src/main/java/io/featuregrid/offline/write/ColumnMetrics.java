package io.featuregrid.offline.write;

import io.featuregrid.planner.batch.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UnicodeUtil;
import org.jspecify.annotations.Nullable;

/**
 * What Iceberg is told about a column of one file: counts and bounds. They must be exact or wider, else readers that prune by them lose
 * rows. Bounds leave out nulls and NaN; long strings are cut to a bound that still holds.
 */
final class ColumnMetrics {
    private static final int BOUND_CODE_POINTS = 32;

    private final FileColumn column;
    private final ColumnType type;
    private long values;
    private long nulls;
    private long nans;
    private long least = Long.MAX_VALUE;
    private long greatest = Long.MIN_VALUE;
    private double lowest = Double.POSITIVE_INFINITY;
    private double highest = Double.NEGATIVE_INFINITY;
    private @Nullable BigInteger smallest;
    private @Nullable BigInteger largest;
    private byte @Nullable [] first;
    private byte @Nullable [] last;

    ColumnMetrics(FileColumn column) {
        this.column = column;
        this.type = column.type();
    }

    void addNull() {
        values++;
        nulls++;
    }

    /** Adds a value in the form of {@link io.featuregrid.planner.batch.Column#bitsAt}. */
    void addBits(long bits) {
        values++;
        if (type != ColumnType.FLOAT64) {
            least = Math.min(least, bits);
            greatest = Math.max(greatest, bits);
            return;
        }
        double value = Double.longBitsToDouble(bits);
        if (Double.isNaN(value)) {
            nans++;
        } else {
            lowest = Math.min(lowest, value);
            highest = Math.max(highest, value);
        }
    }

    void addBytes(byte[] bytes) {
        values++;
        if (type == ColumnType.DECIMAL) {
            addDecimal(new BigInteger(bytes));
        } else if (type == ColumnType.STRING) {
            addText(bytes);
        }
    }

    private void addDecimal(BigInteger unscaled) {
        smallest = smallest == null ? unscaled : smallest.min(unscaled);
        largest = largest == null ? unscaled : largest.max(unscaled);
    }

    private void addText(byte[] bytes) {
        if (first == null || Arrays.compareUnsigned(bytes, first) < 0) {
            first = bytes;
        }
        if (last == null || Arrays.compareUnsigned(bytes, last) > 0) {
            last = bytes;
        }
    }

    static Metrics toIceberg(long rows, List<ColumnMetrics> columns, Map<Integer, Long> sizes) {
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, Long> nans = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (ColumnMetrics metrics : columns) {
            // Iceberg counts the leaves of nested columns, not their rows: nothing is said of them.
            if (metrics.type == ColumnType.NESTED) {
                continue;
            }
            int id = metrics.column.fieldId();
            values.put(id, metrics.values);
            nulls.put(id, metrics.nulls);
            if (metrics.type == ColumnType.FLOAT64) {
                nans.put(id, metrics.nans);
            }
            metrics.putBounds(lower, upper);
        }
        return new Metrics(rows, sizes, values, nulls, nans, lower, upper);
    }

    private void putBounds(Map<Integer, ByteBuffer> lower, Map<Integer, ByteBuffer> upper) {
        if (values - nulls - nans == 0) {
            return;
        }
        int id = column.fieldId();
        switch (type) {
            case INT64 -> put(lower, upper, Types.LongType.get(), least, greatest);
            case TIMESTAMP -> put(lower, upper, Types.TimestampType.withZone(), least, greatest);
            case INT32 -> put(lower, upper, Types.IntegerType.get(), (int) least, (int) greatest);
            case DATE -> put(lower, upper, Types.DateType.get(), (int) least, (int) greatest);
            case BOOL -> put(lower, upper, Types.BooleanType.get(), least != 0, greatest != 0);
            // Readers that take -0.0 and 0.0 for equal, as SQL does, must find either by the other.
            case FLOAT64 ->
                put(
                        lower,
                        upper,
                        Types.DoubleType.get(),
                        lowest == 0.0 ? -0.0 : lowest,
                        highest == 0.0 ? 0.0 : highest);
            case STRING -> {
                String lowerText = UnicodeUtil.truncateStringMin(text(first), BOUND_CODE_POINTS);
                lower.put(id, Conversions.toByteBuffer(Types.StringType.get(), lowerText));
                // Null when no string of that length is greater than all with the prefix: then there is no upper bound.
                String upperText = UnicodeUtil.truncateStringMax(text(last), BOUND_CODE_POINTS);
                if (upperText != null) {
                    upper.put(id, Conversions.toByteBuffer(Types.StringType.get(), upperText));
                }
            }
            case DECIMAL -> {
                int scale = ((Types.DecimalType) column.icebergType()).scale();
                put(lower, upper, column.icebergType(), decimal(smallest, scale), decimal(largest, scale));
            }
            case BINARY, NESTED -> {
                // Nobody prunes by bytes.
            }
        }
    }

    private void put(
            Map<Integer, ByteBuffer> lower, Map<Integer, ByteBuffer> upper, Type type, Object least, Object greatest) {
        lower.put(column.fieldId(), Conversions.toByteBuffer(type, least));
        upper.put(column.fieldId(), Conversions.toByteBuffer(type, greatest));
    }

    private static BigDecimal decimal(@Nullable BigInteger unscaled, int scale) {
        return new BigDecimal(unscaled == null ? BigInteger.ZERO : unscaled, scale);
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
}
