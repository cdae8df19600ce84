package io.featuregrid.offline.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.planner.batch.ColumnType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SerializableFunction;
import org.junit.jupiter.api.Test;

class EntityKeysTest {
    private static final List<String> TEXTS = List.of(
            "",
            "1",
            "11",
            "111",
            "N14228",
            "\u00e9",
            "\u20ac uro",
            "\ud83d\ude00",
            "\uffff",
            "a\u0000b",
            "x".repeat(500));

    @Test
    void anIntegerKeysBucketIsIcebergs() {
        SerializableFunction<Long, Integer> iceberg =
                Transforms.<Long>bucket(TableLayout.BUCKETS).bind(Types.LongType.get());
        LongStream edges = LongStream.of(0, 1, -1, 11, 111, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32);
        LongStream.concat(edges, new Random(3).longs(10_000)).forEach(key -> {
            EntityKeys keys = new EntityKeys(List.of(ColumnType.INT64), 1);
            keys.setLong(0, 0, key);
            assertThat(keys.bucket(0)).as("bucket of %d", key).isEqualTo(iceberg.apply(key));
        });
    }

    @Test
    void aStringKeysBucketIsIcebergs() {
        SerializableFunction<CharSequence, Integer> iceberg =
                Transforms.<CharSequence>bucket(TableLayout.BUCKETS).bind(Types.StringType.get());
        for (String key : TEXTS) {
            EntityKeys keys = new EntityKeys(List.of(ColumnType.STRING), 1);
            keys.setBytes(0, 0, utf8(key));
            assertThat(keys.bucket(0)).as("bucket of '%s'", key).isEqualTo(iceberg.apply(key));
        }
    }

    @Test
    void aCompositeKeysBucketIsTheHashOfItsCanonicalBytes() {
        Random random = new Random(5);
        for (String text : TEXTS) {
            for (String other : TEXTS) {
                long number = random.nextLong();
                EntityKeys keys = new EntityKeys(List.of(ColumnType.STRING, ColumnType.INT64, ColumnType.STRING), 1);
                keys.setBytes(0, 0, utf8(text));
                keys.setLong(0, 1, number);
                keys.setBytes(0, 2, utf8(other));
                ByteBuffer bytes = ByteBuffer.allocate(2_000).order(ByteOrder.LITTLE_ENDIAN);
                bytes.putInt(utf8(text).length).put(utf8(text)).putLong(number);
                bytes.putInt(utf8(other).length).put(utf8(other)).flip();
                assertThat(keys.bucket(0)).isEqualTo((murmur3(bytes) & 0x7fffffff) % 16);
            }
        }
    }

    /** Of the algorithm's published test vectors. */
    @Test
    void theReferenceHashIsMurmur3() {
        assertThat(murmur3(buffer(""))).isZero();
        assertThat(murmur3(buffer("test"))).isEqualTo(0xba6bd213);
        assertThat(murmur3(buffer("Hello, world!"))).isEqualTo(0xc0363e43);
        assertThat(murmur3(buffer("The quick brown fox jumps over the lazy dog")))
                .isEqualTo(0x2e4ff723);
    }

    @Test
    void partsOfACompositeKeyDoNotRunIntoEachOther() {
        EntityKeys keys = new EntityKeys(List.of(ColumnType.STRING, ColumnType.STRING), 2);
        keys.setBytes(0, 0, utf8("1"));
        keys.setBytes(0, 1, utf8("11"));
        keys.setBytes(1, 0, utf8("11"));
        keys.setBytes(1, 1, utf8("1"));
        assertThat(keys.compare(0, keys, 1)).isNegative();
        assertThat(keys.bucket(0)).isNotEqualTo(keys.bucket(1));
    }

    @Test
    void aGlobalKeyIsAlwaysTheSame() {
        EntityKeys keys = new EntityKeys(List.of(), 2);
        assertThat(keys.bucket(1)).isZero();
        assertThat(keys.compare(0, keys, 1)).isZero();
    }

    @Test
    void integersAreOrderedSignedAndStringsByUnsignedBytes() {
        EntityKeys keys = new EntityKeys(List.of(ColumnType.INT64, ColumnType.STRING), 1);
        List<Long> numbers = List.of(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE);
        List<String> texts = List.of("", "a", "a\u0000", "aa", "b", "\u00e9", "\uffff", "\ud83d\ude00");
        int row = 0;
        for (long number : numbers) {
            for (String text : texts) {
                keys.ensureCapacity(row + 1);
                keys.setLong(row, 0, number);
                keys.setBytes(row++, 1, utf8(text));
            }
        }
        for (int left = 0; left < row; left++) {
            for (int right = 0; right < row; right++) {
                assertThat(Integer.signum(keys.compare(left, keys, right))).isEqualTo(Integer.compare(left, right));
            }
        }
    }

    /** MurmurHash3_x86_32 with seed 0, after Austin Appleby's description. */
    private static int murmur3(ByteBuffer bytes) {
        int hash = 0;
        int length = bytes.remaining();
        while (bytes.remaining() >= Integer.BYTES) {
            hash = Integer.rotateLeft(hash ^ mixed(bytes.getInt()), 13) * 5 + 0xe6546b64;
        }
        int tail = 0;
        for (int index = 0; bytes.hasRemaining(); index++) {
            tail |= (bytes.get() & 0xff) << (8 * index);
        }
        hash ^= mixed(tail) ^ length;
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    private static int mixed(int block) {
        return Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
    }

    private static ByteBuffer buffer(String text) {
        return ByteBuffer.wrap(utf8(text)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
