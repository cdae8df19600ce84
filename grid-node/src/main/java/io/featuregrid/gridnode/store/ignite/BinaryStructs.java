package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.StoredValues;
import io.featuregrid.gridnode.store.StructForm;
import io.featuregrid.planner.definition.StructType;
import java.util.Map;
import org.apache.ignite.IgniteBinary;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.jspecify.annotations.Nullable;

/** Structs as BinaryObjects, whose type has the name of the struct's type: so its fields never change their types. */
final class BinaryStructs implements StructForm {
    private final IgniteBinary binary;

    BinaryStructs(IgniteBinary binary) {
        this.binary = binary;
    }

    @Override
    public Object write(StructType type, Map<String, @Nullable Object> fields) {
        BinaryObjectBuilder struct = binary.builder(type.text());
        for (StructType.Field field : type.fields()) {
            setField(struct, field.name(), StoredValues.storedClass(field.type()), fields.get(field.name()));
        }
        return struct.build();
    }

    @Override
    public @Nullable Object field(Object struct, String name) {
        return ((BinaryObject) struct).field(name);
    }

    /** Sets a field to a value of a class, or to a null of that class. */
    @SuppressWarnings("unchecked")
    private static <T> void setField(BinaryObjectBuilder struct, String name, Class<T> type, @Nullable Object value) {
        struct.setField(name, (T) value, type);
    }
}
