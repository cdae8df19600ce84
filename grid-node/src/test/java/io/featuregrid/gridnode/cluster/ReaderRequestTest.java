package io.featuregrid.gridnode.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReaderRequestTest {
    private static final int GET = 1000;
    private static final int GET_ALL = 1003;

    @Test
    void plainReadsOfNumbersTextAndObjectsAreLetThrough() {
        assertThat(refused(GET, 1, 0, longKey(7))).isFalse();
        assertThat(refused(GET, 1, 1, textKey("a"))).isFalse();
        assertThat(refused(GET, 1, 0, object(40, 30, 2))).isFalse();
        assertThat(refused(GET, 1, 0, wrapped(object(40, 30, 2), 0))).isFalse();
        assertThat(refused(GET_ALL, 2, 0, longKey(7), textKey("b"))).isFalse();
    }

    @Test
    void readsInATransactionOrWithAnExpiryPolicyAreRefused() {
        assertThat(refused(GET, 1, 2, longKey(7))).isTrue();
        assertThat(refused(GET, 1, 4, longKey(7))).isTrue();
    }

    @Test
    void aSerializedJavaObjectIsNoKey() {
        byte[] serialized = {(byte) 254, 4, 0, 0, 0, 1, 2, 3, 4};
        assertThat(refused(GET, 1, 0, serialized)).isTrue();
        assertThat(refused(GET_ALL, 2, 0, longKey(7), serialized)).isTrue();
    }

    @Test
    void anObjectWhoseOffsetsPointElsewhereIsNoKey() {
        assertThat(refused(GET, 1, 0, object(41, 30, 2, 40))).isTrue();
        assertThat(refused(GET, 1, 0, object(40, 41, 2))).isTrue();
        assertThat(refused(GET, 1, 0, object(40, -1, 2))).isTrue();
        assertThat(refused(GET, 1, 0, object(23, 30, 0, 40))).isTrue();
        assertThat(refused(GET, 1, 0, object(40, 30, 6))).isTrue();
        assertThat(refused(GET, 1, 0, wrapped(object(40, 30, 2), 1))).isTrue();
        assertThat(refused(GET, 1, 0, wrapped(object(40, 30, 2), Integer.MAX_VALUE)))
                .isTrue();
        assertThat(refused(GET, 1, 0, wrapped(object(40, 30, 2), -8))).isTrue();
    }

    @Test
    void moreKeysThanThereAreBytesForAreRefused() {
        assertThat(refused(GET_ALL, Integer.MAX_VALUE, 0, longKey(7))).isTrue();
        assertThat(refused(GET_ALL, -1, 0)).isTrue();
    }

    @Test
    void whateverIsSentIsAnsweredAndNeverThrows() {
        long seed = Long.getLong("featuregrid.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] keys = new byte[random.nextInt(60)];
            random.nextBytes(keys);
            if (keys.length > 0) {
                keys[0] = (byte) new int[] {9, 12, 25, 27, 101, 103, 254, 4}[random.nextInt(8)];
            }
            byte[] request = request(random.nextBoolean() ? GET : GET_ALL, random.nextInt(3), 0, keys);
            byte[] cut = Arrays.copyOf(request, 10 + random.nextInt(request.length - 9));
            assertThat(ReaderRequest.of(cut).refusal()).as("seed %d", seed).isNotNull();
            StatedType.read(cut, 10);
            ReaderRequest.tokenOfHandshake(cut);
        }
    }

    @Test
    void aHandshakeMayCarryNothingButTextAndNumbers() {
        byte[] head = {1, 1, 0, 7, 0, 0, 0, 2};
        byte[] features = {12, 2, 0, 0, 0, 9, 9};
        byte[] nothing = {101};
        byte[] attributes = {25, 1, 0, 0, 0, 1, 9, 1, 0, 0, 0, 'a', 9, 1, 0, 0, 0, 'b'};
        byte[] serialized = {25, 1, 0, 0, 0, 1, 9, 1, 0, 0, 0, 'a', (byte) 254, 0, 0, 0, 0};
        byte[] user = {9, 1, 0, 0, 0, 'u'};
        byte[] password = {9, 2, 0, 0, 0, 'p', 'w'};
        assertThat(ReaderRequest.tokenOfHandshake(joined(head))).hasValue("");
        assertThat(ReaderRequest.tokenOfHandshake(joined(head, features, nothing)))
                .hasValue("");
        assertThat(ReaderRequest.tokenOfHandshake(joined(head, features, attributes)))
                .hasValue("");
        assertThat(ReaderRequest.tokenOfHandshake(joined(head, features, nothing, user, password)))
                .hasValue("pw");
        assertThat(ReaderRequest.tokenOfHandshake(joined(head, features, nothing, user, nothing)))
                .hasValue("");
        assertThat(ReaderRequest.tokenOfHandshake(joined(head, features, serialized)))
                .isEmpty();
    }

    @Test
    void framesAreFollowedHoweverTheyAreCut() {
        byte[] sent = new byte[3 * (4 + 300)];
        ByteBuffer frames = ByteBuffer.wrap(sent).order(ByteOrder.LITTLE_ENDIAN);
        for (int frame = 0; frame < 3; frame++) {
            // Bytes that would be an absurd length if they were taken for one.
            byte[] content = new byte[300];
            Arrays.fill(content, (byte) 0x7f);
            frames.putInt(300).put(content);
        }
        for (int step = 1; step < sent.length; step++) {
            ReaderFrames.Progress progress = new ReaderFrames.Progress();
            for (int from = 0; from < sent.length; from += step) {
                assertThat(progress.follow(ByteBuffer.wrap(sent, from, Math.min(step, sent.length - from))))
                        .isTrue();
            }
        }
        assertThat(new ReaderFrames.Progress().follow(ByteBuffer.wrap(new byte[] {-1, -1, -1, 0x7f})))
                .isFalse();
        assertThat(new ReaderFrames.Progress().follow(ByteBuffer.wrap(new byte[] {0, 0, 0, 0})))
                .isFalse();
        assertThat(new ReaderFrames.Progress().follow(ByteBuffer.wrap(new byte[] {0, 0, 0, -1})))
                .isFalse();
    }

    private static boolean refused(int operation, int count, int flags, byte[]... keys) {
        return ReaderRequest.of(request(operation, count, flags, joined(keys)))
                .refusal()
                .isPresent();
    }

    private static byte[] request(int operation, int count, int flags, byte[] keys) {
        boolean many = operation == GET_ALL;
        return bytes(15 + (many ? 4 : 0) + keys.length, to -> {
            to.putShort((short) operation).putLong(1).putInt(5).put((byte) flags);
            if (many) {
                to.putInt(count);
            }
            to.put(keys);
        });
    }

    private static byte[] longKey(long key) {
        return bytes(9, to -> to.put((byte) 4).putLong(key));
    }

    private static byte[] textKey(String key) {
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        return bytes(5 + text.length, to -> to.put((byte) 9).putInt(text.length).put(text));
    }

    private static byte[] object(int length, int schema, int flags) {
        return object(length, schema, flags, length);
    }

    private static byte[] object(int stated, int schema, int flags, int length) {
        return bytes(
                length,
                to -> to.put((byte) 103)
                        .put((byte) 1)
                        .putShort((short) flags)
                        .putInt(77)
                        .putInt(0)
                        .putInt(stated)
                        .putInt(99)
                        .putInt(schema));
    }

    private static byte[] wrapped(byte[] object, int start) {
        return bytes(
                9 + object.length,
                to -> to.put((byte) 27).putInt(object.length).put(object).putInt(start));
    }

    private static byte[] bytes(int length, Consumer<ByteBuffer> content) {
        byte[] bytes = new byte[length];
        content.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        return bytes(Arrays.stream(parts).mapToInt(part -> part.length).sum(), to -> {
            for (byte[] part : parts) {
                to.put(part);
            }
        });
    }
}
