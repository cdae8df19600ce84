package io.featuregrid.gridnode.serve;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON text as it grows, in UTF-8. The parts that a plan knows beforehand are copied in whole, and a string column's bytes are written as
 * they lie, without becoming characters on the way. For one thread.
 */
final class JsonBytes {
    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");
    private static final byte[] HEX = ascii("0123456789abcdef");

    private byte[] bytes;
    private int length;

    JsonBytes(int expected) {
        this.bytes = new byte[expected];
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A text in quotes, escaped. */
    static byte[] quoted(String text) {
        JsonBytes json = new JsonBytes(text.length() + 2);
        json.string(text.getBytes(StandardCharsets.UTF_8));
        return json.toArray();
    }

    JsonBytes raw(byte[] part) {
        room(part.length);
        System.arraycopy(part, 0, bytes, length, part.length);
        length += part.length;
        return this;
    }

    JsonBytes raw(char character) {
        room(1);
        bytes[length++] = (byte) character;
        return this;
    }

    JsonBytes nothing() {
        return raw(NULL);
    }

    JsonBytes flag(boolean value) {
        return raw(value ? TRUE : FALSE);
    }

    JsonBytes number(long value) {
        return raw(ascii(Long.toString(value)));
    }

    /** NaN and infinities are strings. */
    JsonBytes number(double value) {
        byte[] digits = ascii(Double.toString(value));
        return Double.isFinite(value) ? raw(digits) : raw('"').raw(digits).raw('"');
    }

    JsonBytes string(String text) {
        return string(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text that lies in UTF-8. */
    JsonBytes string(byte[] text) {
        // Each byte may take six: one check a string instead of one a byte.
        room(Math.addExact(Math.multiplyExact(text.length, 6), 2));
        bytes[length++] = '"';
        for (byte one : text) {
            if (one == '"' || one == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = one;
            } else if (one >= 0 && one < ' ') {
                escape(one);
            } else {
                bytes[length++] = one;
            }
        }
        bytes[length++] = '"';
        return this;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void escape(byte control) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[control >> 4];
        bytes[length++] = HEX[control & 15];
    }

    private void room(int count) {
        int needed = Math.addExact(length, count);
        if (needed > bytes.length) {
            long doubled = Math.min(bytes.length * 2L, Integer.MAX_VALUE - 8L);
            bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
        }
    }
}
