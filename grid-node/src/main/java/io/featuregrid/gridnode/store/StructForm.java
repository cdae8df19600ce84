package io.featuregrid.gridnode.store;

import io.featuregrid.planner.definition.StructType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a profile keeps structs: as the objects with named fields that its thin clients know. Safe for use by several threads. */
public interface StructForm {
    /**
     * A struct of stored values.
     *
     * @param fields each field of the type by name, in its stored form or null
     */
    Object write(StructType type, Map<String, @Nullable Object> fields);

    /** The stored form of a struct's field, or null. */
    @Nullable
    Object field(Object struct, String name);
}
