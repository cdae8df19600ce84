package io.featuregrid.flightserver.request;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;

/**
 * Finds messages that add to a dictionary. Flight for Java takes them for whole dictionaries, and so would read indexes as values that the
 * client never meant.
 *
 * <p>Looks into the protobuf message FlightData: field 1 is the descriptor, field 2 the header of the Arrow message; writers put them in
 * front of the rows.
 */
final class DictionaryDelta {
    private static final int DESCRIPTOR = 1 << 3 | 2;
    private static final int HEADER = 2 << 3 | 2;

    /** The header of a dictionary has some hundred bytes; that of a wide batch, which is none, may have more. */
    private static final int MOST_HEADER_BYTES = 64 << 10;

    /** What was looked into keeps its network buffers until it is read to its end, so the largest messages are not. */
    private static final int MOST_MESSAGE_BYTES = 64 << 20;

    private DictionaryDelta() {}

    /**
     * Whether the message adds to a dictionary. The stream stands where it stood; one that cannot be rewound, or has more than 64 MiB, is not
     * looked into.
     */
    static boolean is(InputStream stream) throws IOException {
        if (!stream.markSupported() || stream.available() > MOST_MESSAGE_BYTES) {
            return false;
        }
        stream.mark(Integer.MAX_VALUE);
        try {
            int tag = stream.read();
            if (tag == DESCRIPTOR) {
                stream.skipNBytes(length(stream));
                tag = stream.read();
            }
            int length = tag == HEADER ? length(stream) : 0;
            return length > 0 && length <= MOST_HEADER_BYTES && isDelta(stream.readNBytes(length));
        } finally {
            stream.reset();
        }
    }

    private static boolean isDelta(byte[] header) {
        Message message = Message.getRootAsMessage(ByteBuffer.wrap(header));
        return message.headerType() == MessageHeader.DictionaryBatch
                && message.header(new DictionaryBatch()) instanceof DictionaryBatch dictionary
                && dictionary.isDelta();
    }

    /** A varint of at most five bytes; 0 if it is longer. */
    private static int length(InputStream stream) throws IOException {
        int length = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            int next = stream.read();
            length |= (next & 0x7f) << shift;
            if (next < 0x80) {
                return Math.max(0, length);
            }
        }
        return 0;
    }
}
