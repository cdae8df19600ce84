package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.NestedBytes;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Boxed values to and from the bytes that they have in a column or inside of another value. */
final class NestedValues {
    private NestedValues() {}

    /** Reads the value that the cursor stands before. */
    static Object box(FeatureType type, NestedBytes.Cursor source) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64, TIMESTAMP -> source.nextLong();
                    case FLOAT64 -> Double.longBitsToDouble(source.nextLong());
                    case DATE -> (long) source.nextInt();
                    case BOOL -> source.nextBoolean();
                    case STRING -> new String(source.nextBytes(), StandardCharsets.UTF_8);
                    case BINARY -> source.nextBytes();
                };
            case EnumType texts -> new String(source.nextBytes(), StandardCharsets.UTF_8);
            case DecimalType decimal -> TypedValues.decimal(decimal, source.nextBytes());
            case ListType list -> {
                int count = source.nextInt();
                List<@Nullable Object> elements = new ArrayList<>(count);
                for (int index = 0; index < count; index++) {
                    elements.add(source.present() ? box(list.element(), source) : null);
                }
                yield Collections.unmodifiableList(elements);
            }
            case StructType struct -> {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                for (StructType.Field field : struct.fields()) {
                    fields.put(field.name(), source.present() ? box(field.type(), source) : null);
                }
                yield Collections.unmodifiableMap(fields);
            }
            case VectorType vector -> vector(vector, source);
        };
    }

    /** Writes a value that is not null. */
    static void write(FeatureType type, Object value, NestedBytes target) {
        switch (type) {
            case ScalarType scalar -> {
                switch (scalar) {
                    case INT64, TIMESTAMP, DATE -> target.putBits(scalar.columnType(), (Long) value);
                    case FLOAT64 -> target.putLong(Double.doubleToRawLongBits((Double) value));
                    case BOOL -> target.putBoolean((Boolean) value);
                    case STRING -> target.putBytes(((String) value).getBytes(StandardCharsets.UTF_8));
                    case BINARY -> target.putBytes((byte[]) value);
                }
            }
            case EnumType texts -> target.putBytes(((String) value).getBytes(StandardCharsets.UTF_8));
            case DecimalType decimal -> target.putBytes(TypedValues.decimalBytes((BigDecimal) value));
            case ListType list -> {
                List<?> elements = (List<?>) value;
                target.putInt(elements.size());
                for (Object element : elements) {
                    writeOptional(list.element(), element, target);
                }
            }
            case StructType struct -> {
                Map<?, ?> fields = (Map<?, ?>) value;
                for (StructType.Field field : struct.fields()) {
                    writeOptional(field.type(), fields.get(field.name()), target);
                }
            }
            case VectorType vector -> writeVector(vector, value, target);
        }
    }

    private static void writeOptional(FeatureType type, @Nullable Object value, NestedBytes target) {
        target.putPresent(value != null);
        if (value != null) {
            write(type, value, target);
        }
    }

    private static Object vector(VectorType type, NestedBytes.Cursor source) {
        int count = source.nextInt();
        ByteBuffer bytes =
                ByteBuffer.wrap(source.nextRaw(count * type.element().width())).order(ByteOrder.LITTLE_ENDIAN);
        return switch (type.element()) {
            case FLOAT32 -> {
                float[] numbers = new float[count];
                bytes.asFloatBuffer().get(numbers);
                yield numbers;
            }
            case FLOAT64 -> {
                double[] numbers = new double[count];
                bytes.asDoubleBuffer().get(numbers);
                yield numbers;
            }
        };
    }

    private static void writeVector(VectorType type, Object value, NestedBytes target) {
        ByteBuffer bytes =
                ByteBuffer.allocate(type.length() * type.element().width()).order(ByteOrder.LITTLE_ENDIAN);
        int length = switch (type.element()) {
            case FLOAT32 -> {
                float[] numbers = (float[]) value;
                bytes.asFloatBuffer().put(numbers, 0, Math.min(numbers.length, type.length()));
                yield numbers.length;
            }
            case FLOAT64 -> {
                double[] numbers = (double[]) value;
                bytes.asDoubleBuffer().put(numbers, 0, Math.min(numbers.length, type.length()));
                yield numbers.length;
            }
        };
        if (length != type.length()) {
            throw new ClassCastException("a vector of length " + length + " (expected " + type.text() + ")");
        }
        target.putInt(length);
        target.putRaw(bytes.array());
    }
}
