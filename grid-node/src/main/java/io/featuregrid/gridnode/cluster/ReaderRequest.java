package io.featuregrid.gridnode.cluster;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * What a thin client sent, read as far as it takes to say whether a reader may send it.
 *
 * <p>The bytes are those of Ignite's thin client protocol: an operation (short), the request's id (long), then what the operation takes.
 * Reads of a cache take its id (int), flags (byte) and keys. Ignite's own decoder would build any serialized Java object that stands in
 * for a key, and trusts the offsets of a binary object; here a key is a number, a string or a binary object whose offsets lie inside it.
 */
final class ReaderRequest {
    /** Bytes before what the operation takes. */
    static final int HEAD_BYTES = Short.BYTES + Long.BYTES;

    private static final short PUT_TYPE_NAME = 3001;
    private static final short PUT_TYPE = 3003;
    private static final short GET = 1000;
    private static final short GET_ALL = 1003;
    private static final short CONTAINS_KEY = 1011;
    private static final short CONTAINS_KEYS = 1012;

    /**
     * What says where things are and how they look: close, heartbeat, idle timeout; cache names, configuration and partitions; binary
     * types and their names; the state and the addresses of nodes.
     */
    private static final Set<Short> HARMLESS = Set.of(
            (short) 0,
            (short) 1,
            (short) 2,
            (short) 1050,
            (short) 1055,
            (short) 1100,
            (short) 1101,
            (short) 3000,
            (short) 3002,
            (short) 3004,
            (short) 5000,
            (short) 5100,
            (short) 5101,
            (short) 5102,
            (short) 5103);

    /** Other flags would read inside a transaction, or change when the row expires. */
    private static final int KEEP_BINARY = 1;

    private static final int FIRST_NUMBER = 1;
    private static final int[] NUMBER_BYTES = {1, 2, 4, 8, 4, 8, 2, 1};
    private static final int STRING = 9;
    private static final int BYTES = 12;
    private static final int MAP = 25;
    private static final int WRAPPED_OBJECT = 27;
    private static final int NULL = 101;
    private static final int OBJECT = 103;
    /** A binary object: type, version, flags (short), type id, hash, length, schema id, schema offset (int each). */
    private static final int OBJECT_HEADER = 24;

    private static final int FLAGS_AT = 2;
    private static final int LENGTH_AT = 12;
    private static final int SCHEMA_AT = 20;
    private static final int HAS_SCHEMA = 2;
    private static final int HAS_RAW = 4;

    private final byte[] payload;
    private final ByteBuffer bytes;
    private final short operation;
    private final long id;

    private ReaderRequest(byte[] payload, ByteBuffer bytes, short operation, long id) {
        this.payload = payload;
        this.bytes = bytes;
        this.operation = operation;
        this.id = id;
    }

    /**
     * Reads the head of a request.
     *
     * @throws BufferUnderflowException if there is none
     */
    static ReaderRequest of(byte[] payload) {
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        return new ReaderRequest(payload, bytes, bytes.getShort(), bytes.getLong());
    }

    long id() {
        return id;
    }

    /** Whether the client states a type, of which {@link #statedType} tells. */
    boolean statesType() {
        return operation == PUT_TYPE || operation == PUT_TYPE_NAME;
    }

    /** Whether what is stated is only a type's name; then the answer says whether it is taken. */
    boolean statesTypeName() {
        return operation == PUT_TYPE_NAME;
    }

    /** The type that the client states, or empty if what it sent is none. */
    Optional<StatedType> statedType() {
        return operation == PUT_TYPE ? StatedType.read(payload, HEAD_BYTES) : StatedType.readName(payload, HEAD_BYTES);
    }

    /** Why a reader may not send this, or empty if it may. */
    Optional<String> refusal() {
        if (HARMLESS.contains(operation)) {
            return Optional.empty();
        }
        return switch (operation) {
            case GET, CONTAINS_KEY -> refusalOfRead(false);
            case GET_ALL, CONTAINS_KEYS -> refusalOfRead(true);
            default ->
                Optional.of("operation " + operation + " is not for thin clients (expected get or get_all of a"
                        + " feature set: write over HTTP, Flight or the featuregrid command)");
        };
    }

    /**
     * The password of a client's first message if that asks for nothing but a connection, empty text if it has none; empty for any other
     * message. Ignite would build any serialized Java object among the attributes of a user, before it knows who that is.
     */
    static Optional<String> tokenOfHandshake(byte[] payload) {
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        try {
            bytes.position(bytes.position() + 1 + 3 * Short.BYTES + 1);
            // Features, attributes and the user's name, if they are sent; the password comes last.
            String token = "";
            while (bytes.hasRemaining()) {
                int at = bytes.position();
                skipPlain(bytes);
                int from = at + 1 + Integer.BYTES;
                token = payload[at] == STRING
                        ? new String(payload, from, bytes.position() - from, StandardCharsets.UTF_8)
                        : "";
            }
            return Optional.of(token);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException other) {
            return Optional.empty();
        }
    }

    private Optional<String> refusalOfRead(boolean many) {
        try {
            bytes.getInt();
            int flags = bytes.get();
            if ((flags & ~KEEP_BINARY) != 0) {
                return Optional.of("flags of the read are " + flags
                        + " (expected a plain read: outside of a transaction and without an expiry policy)");
            }
            int keys = many ? bytes.getInt() : 1;
            if (keys < 0) {
                throw new IllegalArgumentException();
            }
            for (int key = 0; key < keys; key++) {
                skipKey(bytes);
            }
            return Optional.empty();
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException malformed) {
            return Optional.of("a key cannot be read (expected a long, a string or a binary object with the set's key"
                    + " columns in order)");
        }
    }

    private static void skipKey(ByteBuffer bytes) {
        int type = bytes.get(bytes.position());
        switch (type) {
            case OBJECT -> skip(bytes, objectLength(bytes, bytes.position()));
            case WRAPPED_OBJECT -> skipWrapped(bytes);
            case MAP, NULL, BYTES -> throw new IllegalArgumentException();
            default -> skipPlain(bytes);
        }
    }

    private static void skipWrapped(ByteBuffer bytes) {
        bytes.get();
        int length = bytes.getInt();
        int from = bytes.position();
        skip(bytes, length);
        int start = bytes.getInt();
        if (start < 0 || start > length - OBJECT_HEADER || start + objectLength(bytes, from + start) > length) {
            throw new IllegalArgumentException();
        }
    }

    /** The length that an object states, once all that it states lies within it. */
    private static int objectLength(ByteBuffer bytes, int at) {
        if (bytes.get(at) != OBJECT || at > bytes.limit() - OBJECT_HEADER) {
            throw new IllegalArgumentException();
        }
        int flags = bytes.getShort(at + FLAGS_AT);
        int length = bytes.getInt(at + LENGTH_AT);
        int schema = bytes.getInt(at + SCHEMA_AT);
        boolean schemaInside = (flags & HAS_SCHEMA) == 0 || (schema >= OBJECT_HEADER && schema <= length);
        if (length < OBJECT_HEADER || length > bytes.limit() - at || !schemaInside || (flags & HAS_RAW) != 0) {
            throw new IllegalArgumentException();
        }
        return length;
    }

    /** Skips a number, text, bytes, null or a map of such. */
    private static void skipPlain(ByteBuffer bytes) {
        int type = bytes.get();
        if (type >= FIRST_NUMBER && type < FIRST_NUMBER + NUMBER_BYTES.length) {
            skip(bytes, NUMBER_BYTES[type - FIRST_NUMBER]);
            return;
        }
        switch (type) {
            case STRING, BYTES -> skip(bytes, bytes.getInt());
            case MAP -> {
                int entries = bytes.getInt();
                bytes.get();
                for (int part = 0; part < 2L * entries; part++) {
                    if (bytes.get(bytes.position()) == MAP) {
                        throw new IllegalArgumentException();
                    }
                    skipPlain(bytes);
                }
            }
            case NULL -> {
                // Nothing follows.
            }
            default -> throw new IllegalArgumentException();
        }
    }

    private static void skip(ByteBuffer bytes, int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalArgumentException();
        }
        bytes.position(bytes.position() + length);
    }
}
