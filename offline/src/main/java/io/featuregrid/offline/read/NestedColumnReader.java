package io.featuregrid.offline.read;

import io.featuregrid.planner.batch.NestedBytes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * Puts nested values together out of the columns of a file that hold their leaves, by the leaves' levels: repetition, at which list a new
 * element begins, and definition, how much of the path to it is not null. For one row group, for one thread.
 */
final class NestedColumnReader {
    private final Node root;
    private final NestedBytes bytes = new NestedBytes();

    /**
     * A reader for one column of a schema.
     *
     * @param readers gives the reader of each leaf
     */
    NestedColumnReader(MessageType schema, Type column, Function<ColumnDescriptor, ColumnReader> readers) {
        this.root = node(schema, column, new String[] {column.getName()}, readers);
    }

    /** A part of a value. */
    private sealed interface Node {
        /** Its first leaf, which knows as well as the others whether the part is there. */
        ColumnReader first();

        /** The definition level from which on the part is not null. */
        int definition();

        /** Reads the part, which is not null, and goes on behind it. */
        void read(NestedBytes target);

        /** Goes on behind a null or an empty list. */
        void skip();

        default boolean present() {
            return first().getCurrentDefinitionLevel() >= definition();
        }
    }

    /** The next row's value, or null. */
    byte @Nullable [] next() {
        if (!root.present()) {
            root.skip();
            return null;
        }
        bytes.clear();
        root.read(bytes);
        return bytes.toBytes();
    }

    /** The unscaled bytes of the decimal that a reader stands at. */
    static byte[] decimal(ColumnReader reader, PrimitiveType type) {
        return switch (type.getPrimitiveTypeName()) {
            case INT32 -> BigInteger.valueOf(reader.getInteger()).toByteArray();
            case INT64 -> BigInteger.valueOf(reader.getLong()).toByteArray();
            default -> new BigInteger(reader.getBinary().getBytesUnsafe()).toByteArray();
        };
    }

    private static Node node(
            MessageType schema, Type type, String[] path, Function<ColumnDescriptor, ColumnReader> readers) {
        int definition = schema.getMaxDefinitionLevel(path);
        if (type.isPrimitive()) {
            return new Leaf(readers.apply(schema.getColumnDescription(path)), type.asPrimitiveType(), definition);
        }
        GroupType group = type.asGroupType();
        if (type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
            Type repeated = group.getType(0);
            Type element = repeated.asGroupType().getType(0);
            String[] list = below(path, repeated);
            Node elements = node(schema, element, below(list, element), readers);
            boolean optional = element.isRepetition(Repetition.OPTIONAL);
            return new ListNode(elements, optional, definition, schema.getMaxRepetitionLevel(list));
        }
        List<Node> fields = new ArrayList<>();
        for (Type field : group.getFields()) {
            fields.add(node(schema, field, below(path, field), readers));
        }
        return new StructNode(fields, definition);
    }

    private static String[] below(String[] path, Type type) {
        String[] longer = Arrays.copyOf(path, path.length + 1);
        longer[path.length] = type.getName();
        return longer;
    }

    private static void readOptional(Node part, NestedBytes target) {
        boolean present = part.present();
        target.putPresent(present);
        if (present) {
            part.read(target);
        } else {
            part.skip();
        }
    }

    private record Leaf(ColumnReader first, PrimitiveType type, int definition) implements Node {
        @Override
        public void read(NestedBytes target) {
            if (type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation) {
                target.putBytes(decimal(first, type));
            } else {
                switch (type.getPrimitiveTypeName()) {
                    case INT64 -> target.putLong(first.getLong());
                    case INT32 -> target.putInt(first.getInteger());
                    case DOUBLE -> target.putLong(Double.doubleToRawLongBits(first.getDouble()));
                    case FLOAT -> target.putInt(Float.floatToRawIntBits(first.getFloat()));
                    case BOOLEAN -> target.putBoolean(first.getBoolean());
                    default -> target.putBytes(first.getBinary().getBytesUnsafe());
                }
            }
            first.consume();
        }

        @Override
        public void skip() {
            first.consume();
        }
    }

    /**
     * A list or a vector.
     *
     * @param definition the level of a list that is there, though empty
     * @param repeated the repetition level of its second element and later ones
     */
    private record ListNode(Node element, boolean optional, int definition, int repeated) implements Node {
        @Override
        public ColumnReader first() {
            return element.first();
        }

        @Override
        public void read(NestedBytes target) {
            int place = target.beginList();
            int count = 0;
            if (first().getCurrentDefinitionLevel() == definition) {
                element.skip();
            } else {
                do {
                    if (optional) {
                        readOptional(element, target);
                    } else {
                        element.read(target);
                    }
                    count++;
                } while (first().getCurrentRepetitionLevel() == repeated);
            }
            target.endList(place, count);
        }

        @Override
        public void skip() {
            element.skip();
        }
    }

    private record StructNode(List<Node> fields, int definition) implements Node {
        @Override
        public ColumnReader first() {
            return fields.getFirst().first();
        }

        @Override
        public void read(NestedBytes target) {
            for (Node field : fields) {
                readOptional(field, target);
            }
        }

        @Override
        public void skip() {
            fields.forEach(Node::skip);
        }
    }
}
