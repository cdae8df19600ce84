package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.definition.FeatureSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import org.apache.ignite.IgniteBinary;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;

/**
 * The keys of a set's cache: a long, a string, a binary object of the key columns in declared order, or {@link #GLOBAL}. Safe for use by
 * several threads.
 */
public final class EntityKeys {
    /** The key of a global set's one row. */
    public static final Long GLOBAL = 0L;

    private final IgniteBinary binary;
    private final List<String> names;
    private final String typeName;
    private final Comparator<Object> order;

    /** The keys of a set on one node. */
    public EntityKeys(IgniteBinary binary, FeatureSet set) {
        this.binary = binary;
        this.names = set.key();
        this.typeName = typeName(set);
        this.order = names.size() > 1 ? EntityKeys::compareComposite : EntityKeys::compareSingle;
    }

    /**
     * The binary type of a set's composite keys. Where a set took an earlier one's place its columns may be of other types under the same
     * names, which a binary type cannot have: then the set's number tells the two apart.
     */
    public static String typeName(FeatureSet set) {
        String name = set.name() + ".key";
        return set.identity().replaces() ? name + "." + set.identity().number() : name;
    }

    /**
     * The key of a row.
     *
     * @param keys the key columns in declared order, with a value in that row; none for a global set
     */
    public Object key(List<Column> keys, int row) {
        return switch (names.size()) {
            case 0 -> GLOBAL;
            case 1 -> part(keys.getFirst(), row);
            default -> {
                BinaryObjectBuilder key = binary.builder(typeName);
                for (int column = 0; column < names.size(); column++) {
                    key.setField(names.get(column), part(keys.get(column), row));
                }
                yield key.build();
            }
        };
    }

    /** The canonical bytes of a key, as {@link io.featuregrid.planner.batch.KeyBytes} has them. */
    byte[] canonicalBytes(Object key) {
        if (names.isEmpty()) {
            return new byte[0];
        }
        if (!(key instanceof BinaryObject composite)) {
            return canonicalPart(key);
        }
        byte[][] parts =
                names.stream().map(name -> canonicalPart(composite.field(name))).toArray(byte[][]::new);
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            bytes.put(part);
        }
        return bytes.array();
    }

    /** A total order: two threads that update the same keys at once must take them in one order. */
    Comparator<Object> order() {
        return order;
    }

    private static Object part(Column column, int row) {
        return column.type() == ColumnType.STRING
                ? new String(column.bytesAt(row), StandardCharsets.UTF_8)
                : (Object) column.longAt(row);
    }

    private static byte[] canonicalPart(Object part) {
        if (part instanceof Long number) {
            return ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(number)
                    .array();
        }
        byte[] text = ((String) part).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(text.length)
                .put(text)
                .array();
    }

    private static int compareSingle(Object left, Object right) {
        return left instanceof Long number && right instanceof Long other
                ? number.compareTo(other)
                : ((String) left).compareTo((String) right);
    }

    private static int compareComposite(Object left, Object right) {
        int order = Integer.compare(left.hashCode(), right.hashCode());
        if (order != 0 || left.equals(right)) {
            return order;
        }
        BinaryObject one = (BinaryObject) left;
        BinaryObject other = (BinaryObject) right;
        for (String name : one.type().fieldNames()) {
            order = compareSingle(one.field(name), other.field(name));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
