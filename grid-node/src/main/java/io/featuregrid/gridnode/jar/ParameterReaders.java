package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.definition.VectorType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of columns as arguments of a method, numbers and truths unboxed. */
final class ParameterReaders {
    private ParameterReaders() {}

    /**
     * What reads one argument.
     *
     * @param parameter the class of the method's parameter, one that {@link JavaTypes#takes} the type
     * @return {@code (Column[], int row) -> parameter}; of a primitive only where the row has a value
     */
    static MethodHandle of(FeatureType type, Class<?> parameter, int index) {
        MethodHandle reader;
        if (parameter.isPrimitive()) {
            reader = MethodHandles.insertArguments(
                    find(parameter.getName() + "At", parameter, int.class, Column[].class, int.class), 0, index);
        } else {
            reader = MethodHandles.insertArguments(
                    find("valueAt", Object.class, FeatureType.class, int.class, Column[].class, int.class),
                    0,
                    type,
                    index);
        }
        return reader.asType(MethodType.methodType(parameter, Column[].class, int.class));
    }

    private static MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.lookup()
                    .findStatic(ParameterReaders.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static long longAt(int index, Column[] columns, int row) {
        return columns[index].longAt(row);
    }

    static double doubleAt(int index, Column[] columns, int row) {
        return columns[index].doubleAt(row);
    }

    static boolean booleanAt(int index, Column[] columns, int row) {
        return columns[index].booleanAt(row);
    }

    static @Nullable Object valueAt(FeatureType type, int index, Column[] columns, int row) {
        return value(type, TypedValues.box(type, columns[index], row));
    }

    /** A value as Java functions see it, from its boxed form. */
    private static @Nullable Object value(FeatureType type, @Nullable Object boxed) {
        if (boxed == null) {
            return null;
        }
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case TIMESTAMP -> Instant.EPOCH.plus((Long) boxed, ChronoUnit.MICROS);
                    case DATE -> LocalDate.ofEpochDay((Long) boxed);
                    case INT64, FLOAT64, STRING, BOOL, BINARY -> boxed;
                };
            case EnumType texts -> boxed;
            case DecimalType decimal -> boxed;
            case VectorType vector -> boxed;
            case ListType list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (Object element : (List<?>) boxed) {
                    elements.add(value(list.element(), element));
                }
                yield Collections.unmodifiableList(elements);
            }
            case StructType struct -> {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                for (StructType.Field field : struct.fields()) {
                    fields.put(field.name(), value(field.type(), ((Map<?, ?>) boxed).get(field.name())));
                }
                yield Collections.unmodifiableMap(fields);
            }
        };
    }
}
