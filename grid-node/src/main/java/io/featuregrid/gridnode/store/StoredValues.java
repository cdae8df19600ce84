package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.definition.VectorType;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The forms in which a grid keeps values, such that every stock thin client reads them: boxed numbers and bools, strings, int days for a
 * date, {@link Timestamp} for a timestamp, BigDecimal for a decimal, byte[] for a binary, an array of the elements' forms for a list (a
 * Python thin client cannot read a Java list), float[] or double[] for a vector, and what the profile has for structs. Every value comes
 * back bit for bit. Safe for use by several threads.
 */
public final class StoredValues {
    private static final long MICROS_A_SECOND = 1_000_000;
    private static final int NANOS_A_MICRO = 1_000;
    private static final long MILLIS_A_SECOND = 1_000;

    private final StructForm structs;

    public StoredValues(StructForm structs) {
        this.structs = structs;
    }

    /** The class of a type's stored values: what a typed null is written with; Object for a struct. */
    public static Class<?> storedClass(FeatureType type) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> Long.class;
                    case FLOAT64 -> Double.class;
                    case BOOL -> Boolean.class;
                    case STRING -> String.class;
                    case TIMESTAMP -> Timestamp.class;
                    case DATE -> Integer.class;
                    case BINARY -> byte[].class;
                };
            case EnumType texts -> String.class;
            case DecimalType decimal -> BigDecimal.class;
            case ListType list -> storedClass(list.element()).arrayType();
            case StructType struct -> Object.class;
            case VectorType vector -> vector.element().width() == Float.BYTES ? float[].class : double[].class;
        };
    }

    /** The stored form of a row that holds a value. */
    public Object stored(FeatureType type, Column column, int row) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> column.longAt(row);
                    case FLOAT64 -> column.doubleAt(row);
                    case BOOL -> column.booleanAt(row);
                    case STRING -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
                    case TIMESTAMP -> timestamp(column.longAt(row));
                    case DATE -> column.intAt(row);
                    case BINARY -> column.bytesAt(row);
                };
            case EnumType texts -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
            case DecimalType decimal -> TypedValues.decimal(decimal, column.bytesAt(row));
            case ListType list -> boxedToStored(list, column, row);
            case StructType struct -> boxedToStored(struct, column, row);
            case VectorType vector -> boxedToStored(vector, column, row);
        };
    }

    /** Puts a stored value into a column. */
    public void read(FeatureType type, Object stored, ColumnBuilder column, int row) {
        switch (type) {
            case ScalarType scalar -> {
                switch (scalar) {
                    case INT64 -> column.setBits(row, (Long) stored);
                    case FLOAT64 -> column.setDouble(row, (Double) stored);
                    case BOOL -> column.setBits(row, (Boolean) stored ? 1 : 0);
                    case STRING -> column.setBytes(row, ((String) stored).getBytes(StandardCharsets.UTF_8));
                    case TIMESTAMP -> column.setBits(row, micros((Timestamp) stored));
                    case DATE -> column.setBits(row, (Integer) stored);
                    case BINARY -> column.setBytes(row, (byte[]) stored);
                }
            }
            case EnumType texts -> column.setBytes(row, ((String) stored).getBytes(StandardCharsets.UTF_8));
            case DecimalType decimal -> TypedValues.set(decimal, column, row, stored);
            case ListType list -> TypedValues.set(list, column, row, toBoxed(list, stored));
            case StructType struct -> TypedValues.set(struct, column, row, toBoxed(struct, stored));
            case VectorType vector -> TypedValues.set(vector, column, row, stored);
        }
    }

    private Object boxedToStored(FeatureType type, Column column, int row) {
        Object boxed = TypedValues.box(type, column, row);
        if (boxed == null) {
            throw new IllegalArgumentException("row " + row + " holds no value");
        }
        return toStored(type, boxed);
    }

    private Object toStored(FeatureType type, Object boxed) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case TIMESTAMP -> timestamp((Long) boxed);
                    case DATE -> ((Long) boxed).intValue();
                    case INT64, FLOAT64, BOOL, STRING, BINARY -> boxed;
                };
            case EnumType texts -> boxed;
            case DecimalType decimal -> boxed;
            case VectorType vector -> boxed;
            case ListType list -> {
                List<?> elements = (List<?>) boxed;
                Object array = Array.newInstance(storedClass(list.element()), elements.size());
                for (int index = 0; index < elements.size(); index++) {
                    Object element = elements.get(index);
                    Array.set(array, index, element == null ? null : toStored(list.element(), element));
                }
                yield array;
            }
            case StructType struct -> {
                Map<String, @Nullable Object> stored = new LinkedHashMap<>();
                for (StructType.Field field : struct.fields()) {
                    Object value = ((Map<?, ?>) boxed).get(field.name());
                    stored.put(field.name(), value == null ? null : toStored(field.type(), value));
                }
                yield structs.write(struct, stored);
            }
        };
    }

    private Object toBoxed(FeatureType type, Object stored) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case TIMESTAMP -> micros((Timestamp) stored);
                    case DATE -> ((Integer) stored).longValue();
                    case INT64, FLOAT64, BOOL, STRING, BINARY -> stored;
                };
            case EnumType texts -> stored;
            case DecimalType decimal -> stored;
            case VectorType vector -> stored;
            case ListType list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (int index = 0; index < Array.getLength(stored); index++) {
                    Object element = Array.get(stored, index);
                    elements.add(element == null ? null : toBoxed(list.element(), element));
                }
                yield Collections.unmodifiableList(elements);
            }
            case StructType struct -> {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                for (StructType.Field field : struct.fields()) {
                    Object value = structs.field(stored, field.name());
                    fields.put(field.name(), value == null ? null : toBoxed(field.type(), value));
                }
                yield fields;
            }
        };
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
