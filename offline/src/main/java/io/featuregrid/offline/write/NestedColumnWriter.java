package io.featuregrid.offline.write;

import io.featuregrid.planner.batch.NestedBytes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;

/**
 * Takes nested values apart into the columns of a file that hold their leaves, each leaf with the levels that say where it belongs:
 * repetition, at which list a new element begins, and definition, how much of the path to it is not null. As Parquet's documentation says,
 * after "Dremel" (Melnik and others, VLDB 2010). For one row group, for one thread.
 */
final class NestedColumnWriter {
    private final Node root;
    private final NestedBytes.Cursor cursor = new NestedBytes.Cursor();

    /**
     * A writer for one column of a schema.
     *
     * @param writers gives the writer of each leaf
     */
    NestedColumnWriter(MessageType schema, Type column, Function<ColumnDescriptor, ColumnWriter> writers) {
        this.root = node(schema, column, new String[] {column.getName()}, writers);
    }

    /** A part of a value. {@code repetition} is the level at which it begins. */
    private sealed interface Node {
        /** Writes the part that the cursor stands before, which is not null. */
        void write(NestedBytes.Cursor source, int repetition);

        /** Writes that the part is null, or that its list is empty, in all its leaves. */
        void writeNull(int repetition, int definition);
    }

    void write(byte[] value) {
        root.write(cursor.reset(value), 0);
    }

    void writeNull() {
        root.writeNull(0, 0);
    }

    /** Writes a decimal, given as its unscaled bytes, in the form that Parquet has for its precision. */
    static void writeDecimal(ColumnWriter writer, PrimitiveType type, byte[] unscaled, int repetition, int definition) {
        switch (type.getPrimitiveTypeName()) {
            case INT32 -> writer.write(new BigInteger(unscaled).intValueExact(), repetition, definition);
            case INT64 -> writer.write(new BigInteger(unscaled).longValueExact(), repetition, definition);
            default -> {
                byte[] fixed = new byte[type.getTypeLength()];
                Arrays.fill(fixed, (byte) (unscaled[0] < 0 ? -1 : 0));
                System.arraycopy(unscaled, 0, fixed, fixed.length - unscaled.length, unscaled.length);
                writer.write(Binary.fromConstantByteArray(fixed), repetition, definition);
            }
        }
    }

    private static Node node(
            MessageType schema, Type type, String[] path, Function<ColumnDescriptor, ColumnWriter> writers) {
        int definition = schema.getMaxDefinitionLevel(path);
        if (type.isPrimitive()) {
            return new Leaf(writers.apply(schema.getColumnDescription(path)), type.asPrimitiveType(), definition);
        }
        GroupType group = type.asGroupType();
        if (type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
            Type repeated = group.getType(0);
            Type element = repeated.asGroupType().getType(0);
            String[] list = below(path, repeated);
            Node elements = node(schema, element, below(list, element), writers);
            return new ListNode(elements, optional(element), definition, schema.getMaxRepetitionLevel(list));
        }
        List<Node> fields = new ArrayList<>();
        for (Type field : group.getFields()) {
            fields.add(node(schema, field, below(path, field), writers));
        }
        return new StructNode(fields, definition);
    }

    private static boolean optional(Type type) {
        return type.isRepetition(Repetition.OPTIONAL);
    }

    private static String[] below(String[] path, Type type) {
        String[] longer = Arrays.copyOf(path, path.length + 1);
        longer[path.length] = type.getName();
        return longer;
    }

    private record Leaf(ColumnWriter writer, PrimitiveType type, int definition) implements Node {
        @Override
        public void write(NestedBytes.Cursor source, int repetition) {
            if (type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation) {
                writeDecimal(writer, type, source.nextBytes(), repetition, definition);
                return;
            }
            switch (type.getPrimitiveTypeName()) {
                case INT64 -> writer.write(source.nextLong(), repetition, definition);
                case INT32 -> writer.write(source.nextInt(), repetition, definition);
                case DOUBLE -> writer.write(Double.longBitsToDouble(source.nextLong()), repetition, definition);
                case FLOAT -> writer.write(Float.intBitsToFloat(source.nextInt()), repetition, definition);
                case BOOLEAN -> writer.write(source.nextBoolean(), repetition, definition);
                default -> writer.write(Binary.fromConstantByteArray(source.nextBytes()), repetition, definition);
            }
        }

        @Override
        public void writeNull(int repetition, int level) {
            writer.writeNull(repetition, level);
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
        public void write(NestedBytes.Cursor source, int repetition) {
            int count = source.nextInt();
            if (count == 0) {
                element.writeNull(repetition, definition);
            }
            for (int index = 0; index < count; index++) {
                int level = index == 0 ? repetition : repeated;
                if (!optional || source.present()) {
                    element.write(source, level);
                } else {
                    element.writeNull(level, definition + 1);
                }
            }
        }

        @Override
        public void writeNull(int repetition, int level) {
            element.writeNull(repetition, level);
        }
    }

    private record StructNode(List<Node> fields, int definition) implements Node {
        @Override
        public void write(NestedBytes.Cursor source, int repetition) {
            for (Node field : fields) {
                if (source.present()) {
                    field.write(source, repetition);
                } else {
                    field.writeNull(repetition, definition);
                }
            }
        }

        @Override
        public void writeNull(int repetition, int level) {
            for (Node field : fields) {
                field.writeNull(repetition, level);
            }
        }
    }
}
