package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.FeatureType;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;

/**
 * The forms in which a grid keeps values, such that every stock thin client reads them: boxed numbers and bools, strings, int days for a
 * date, {@link Timestamp} for a timestamp. Every value comes back bit for bit.
 */
public final class StoredValues {
    private static final long MICROS_A_SECOND = 1_000_000;
    private static final int NANOS_A_MICRO = 1_000;
    private static final long MILLIS_A_SECOND = 1_000;

    private StoredValues() {}

    /** The class of a type's stored values: what a typed null is written with. */
    public static Class<?> storedClass(FeatureType type) {
        return switch (type.columnType()) {
            case INT64 -> Long.class;
            case FLOAT64 -> Double.class;
            case BOOL -> Boolean.class;
            case STRING -> String.class;
            case TIMESTAMP -> Timestamp.class;
            case INT32, DATE -> Integer.class;
            case BINARY -> byte[].class;
        };
    }

    /** The stored form of a row that holds a value. */
    public static Object stored(FeatureType type, Column column, int row) {
        return switch (type.columnType()) {
            case INT64 -> column.longAt(row);
            case FLOAT64 -> column.doubleAt(row);
            case BOOL -> column.booleanAt(row);
            case STRING -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
            case TIMESTAMP -> timestamp(column.longAt(row));
            case INT32, DATE -> column.intAt(row);
            case BINARY -> column.bytesAt(row);
        };
    }

    /** Puts a stored value into a column. */
    public static void read(FeatureType type, Object stored, ColumnBuilder column, int row) {
        switch (type.columnType()) {
            case INT64 -> column.setBits(row, (Long) stored);
            case FLOAT64 -> column.setDouble(row, (Double) stored);
            case BOOL -> column.setBits(row, (Boolean) stored ? 1 : 0);
            case STRING -> column.setBytes(row, ((String) stored).getBytes(StandardCharsets.UTF_8));
            case TIMESTAMP -> column.setBits(row, micros((Timestamp) stored));
            case INT32, DATE -> column.setBits(row, (Integer) stored);
            case BINARY -> column.setBytes(row, (byte[]) stored);
        }
    }

    /** A Timestamp keeps whole seconds in milliseconds and the rest, always from 0 up, in nanoseconds. */
    private static Timestamp timestamp(long micros) {
        Timestamp timestamp = new Timestamp(Math.floorDiv(micros, MICROS_A_SECOND) * MILLIS_A_SECOND);
        timestamp.setNanos((int) Math.floorMod(micros, MICROS_A_SECOND) * NANOS_A_MICRO);
        return timestamp;
    }

    private static long micros(Timestamp timestamp) {
        return Math.floorDiv(timestamp.getTime(), MILLIS_A_SECOND) * MICROS_A_SECOND
                + timestamp.getNanos() / NANOS_A_MICRO;
    }
}
