package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ignite.IgniteBinary;
import org.apache.ignite.internal.binary.BinaryFieldMetadata;
import org.apache.ignite.internal.binary.BinaryMetadata;
import org.apache.ignite.internal.binary.BinaryTypeImpl;
import org.apache.ignite.internal.binary.BinaryUtils;
import org.apache.ignite.internal.util.typedef.T2;

/**
 * Bounds how many shapes the rows of one binary type have. A shape is the set of fields that a row has; the first row of each makes the
 * grid's nodes agree on it, which takes milliseconds while writers wait, and every node keeps it for ever. Features that come and go one by
 * one would make a shape a row; so beyond a limit a row is written with all fields, the absent ones null. FeatureGrid itself reads presence
 * from the stamps and answers the same.
 *
 * <p>Ignite's public interfaces do not tell the shapes of a type: this is the one class that asks its internals. Safe for use by several
 * threads.
 */
final class RowShapes {
    /** The hash of a row without any field. */
    static final long EMPTY = 0xcbf29ce484222325L;

    private static final long PRIME = 0x100000001b3L;

    private final IgniteBinary binary;
    private final String typeName;
    private final RowLayout layout;
    private final int limit;
    private final Set<Long> known = ConcurrentHashMap.newKeySet();
    private volatile int read = -1;

    RowShapes(IgniteBinary binary, String typeName, RowLayout layout, int limit) {
        this.binary = binary;
        this.typeName = typeName;
        this.layout = layout;
        this.limit = limit;
    }

    /** The hash of the shape that has one field more; fields come in ascending order of their numbers. */
    static long and(long shape, int number) {
        return (shape ^ number) * PRIME;
    }

    /**
     * Whether a row may have a shape: the grid knows it, or may learn it. That two shapes have one hash is as good as impossible, and would
     * only make one of them pass beyond the limit.
     */
    boolean allows(long shape) {
        if (known.contains(shape)) {
            return true;
        }
        if (!(binary.type(typeName) instanceof BinaryTypeImpl type)) {
            return true;
        }
        BinaryMetadata metadata = type.metadata();
        int count = metadata.schemaIds().size();
        if (count != read) {
            learn(metadata);
            read = count;
        }
        return known.contains(shape) || count < limit;
    }

    private void learn(BinaryMetadata metadata) {
        Map<Integer, Integer> numbers = new HashMap<>();
        Map<String, BinaryFieldMetadata> fields = metadata.fieldsMap();
        for (int number = 1; number < layout.endNumber(); number++) {
            RowLayout.Field field = layout.field(number);
            BinaryFieldMetadata described = field == null ? null : fields.get(field.name());
            if (described != null) {
                numbers.put(described.fieldId(), number);
            }
        }
        for (T2<Integer, int[]> schema : BinaryUtils.schemasAndFieldsIds(metadata)) {
            long shape = EMPTY;
            for (int fieldId : schema.get2()) {
                Integer number = numbers.get(fieldId);
                shape = number == null ? shape : and(shape, number);
            }
            known.add(shape);
        }
    }
}
