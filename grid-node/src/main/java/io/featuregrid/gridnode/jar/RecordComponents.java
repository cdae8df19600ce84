package io.featuregrid.gridnode.jar;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How the components of a jar's records are read; ends with the jar's class loader. Safe for use by several threads. */
final class RecordComponents {
    private final Map<Class<?>, List<Component>> known = new ConcurrentHashMap<>();

    /** @param reader {@code (Object) -> Object} */
    record Component(String name, MethodHandle reader) {
        @Nullable
        Object of(Object row) throws Throwable {
            return (Object) reader.invokeExact(row);
        }
    }

    /** The components of a record class, in their order. */
    List<Component> of(Class<?> type) {
        return known.computeIfAbsent(type, RecordComponents::read);
    }

    private static List<Component> read(Class<?> type) {
        List<Component> components = new ArrayList<>();
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            for (RecordComponent component : type.getRecordComponents()) {
                components.add(new Component(
                        component.getName(),
                        lookup.unreflect(component.getAccessor())
                                .asType(MethodType.methodType(Object.class, Object.class))));
            }
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException("record " + type.getName() + " cannot be read", impossible);
        }
        return List.copyOf(components);
    }
}
