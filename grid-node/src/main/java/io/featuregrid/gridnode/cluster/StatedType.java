package io.featuregrid.gridnode.cluster;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A binary type as a thin client states it. Read here and not by Ignite, which would make lists as long as the client says.
 *
 * @param id what Ignite knows the type by
 */
record StatedType(int id, String name, List<Field> fields, boolean isEnum) {
    private static final int STRING = 9;
    private static final int NULL = 101;

    /**
     * A field of the type.
     *
     * @param typeId the number of its type in Ignite's binary format
     * @param id what Ignite knows the field by
     */
    record Field(String name, int typeId, int id) {}

    StatedType {
        fields = List.copyOf(fields);
    }

    /**
     * Reads a type; the schemas behind its fields are not looked at.
     *
     * @param from where it starts in the payload
     * @return empty if the bytes are no type
     */
    static Optional<StatedType> read(byte[] payload, int from) {
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        try {
            bytes.position(from);
            int id = bytes.getInt();
            String name = text(bytes);
            text(bytes);
            List<Field> fields = new ArrayList<>();
            for (int left = bytes.getInt(); left > 0; left--) {
                fields.add(new Field(text(bytes), bytes.getInt(), bytes.getInt()));
            }
            return Optional.of(new StatedType(id, name, fields, bytes.get() != 0));
        } catch (BufferUnderflowException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** Reads a type of which only the name is stated, behind the platform that it is named for. */
    static Optional<StatedType> readName(byte[] payload, int from) {
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        try {
            bytes.position(from + 1);
            int id = bytes.getInt();
            return Optional.of(new StatedType(id, text(bytes), List.of(), false));
        } catch (BufferUnderflowException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static String text(ByteBuffer bytes) {
        int type = bytes.get();
        if (type == NULL) {
            return "";
        }
        int length = type == STRING ? bytes.getInt() : -1;
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalArgumentException();
        }
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
