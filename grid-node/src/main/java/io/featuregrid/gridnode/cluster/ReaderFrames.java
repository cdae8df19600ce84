package io.featuregrid.gridnode.cluster;

import java.nio.ByteBuffer;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.internal.util.nio.GridNioSession;
import org.apache.ignite.internal.util.nio.GridNioSessionMetaKey;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection that announces a message longer than a reader needs. Ignite would make room for what is announced, up to two
 * gigabytes for four bytes, and a node whose memory is used up ends.
 */
final class ReaderFrames extends PassingFilter {
    /** Tens of thousands of keys. */
    static final int MAX_MESSAGE_BYTES = 4 << 20;

    private static final int STATE = GridNioSessionMetaKey.nextUniqueKey();

    ReaderFrames() {
        super("FeatureGrid reader frames");
    }

    /** Bytes come to one thread a connection, in order. */
    @Override
    public void onMessageReceived(GridNioSession session, Object message) throws IgniteCheckedException {
        @Nullable Progress progress = session.meta(STATE);
        if (progress == null) {
            progress = new Progress();
            session.addMeta(STATE, progress);
        }
        if (progress.follow(((ByteBuffer) message).duplicate())) {
            proceedMessageReceived(session, message);
        } else {
            session.close();
        }
    }

    /** Where in a message a connection is: four bytes of length, lowest first, then as many bytes. */
    static final class Progress {
        private int lengthBytes;
        private int length;
        private int left;

        /** Goes on by the bytes that came; false if a message is announced that is too long or empty. */
        boolean follow(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                if (left > 0) {
                    int step = Math.min(left, bytes.remaining());
                    bytes.position(bytes.position() + step);
                    left -= step;
                    continue;
                }
                length |= (bytes.get() & 0xFF) << (Byte.SIZE * lengthBytes);
                lengthBytes++;
                if (lengthBytes == Integer.BYTES) {
                    if (length <= 0 || length > MAX_MESSAGE_BYTES) {
                        return false;
                    }
                    left = length;
                    length = 0;
                    lengthBytes = 0;
                }
            }
            return true;
        }
    }
}
