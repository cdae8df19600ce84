package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Batches of observations as the bytes of an Arrow IPC stream with one record batch, in a form that outlives the catalog it was written
 * under.
 *
 * <p>The schema's metadata holds {@code format}. Format 2 is that of observations that a resolver computed or that are for history only: its
 * metadata hold {@code versions} too, as {@link ResolverVersions#text} writes them, and {@code online}, {@code true} or {@code false}. All
 * others are of format 1, which has neither, byte for byte what builds before format 2 wrote. A field's metadata hold {@code number}, the feature's number in its set (0 for a column of
 * the system, which is known by its name), and {@code type}, the {@link ColumnType}'s name. MISSING and null are both null to Arrow, so a
 * column in which some row is MISSING is followed by a field of the name {@code __presence} with {@code number} of its own column: a bool,
 * true where the row is present.
 */
public final class ObservationStream {
    private static final String PLAIN_FORMAT = "1";
    private static final String FORMAT = "2";
    private static final String FORMAT_KEY = "format";
    private static final String VERSIONS_KEY = "versions";
    private static final String ONLINE_KEY = "online";
    private static final String NUMBER_KEY = "number";
    private static final String TYPE_KEY = "type";
    private static final String PRESENCE = "__presence";

    private ObservationStream() {}

    /**
     * A batch whose columns are known by number.
     *
     * @param numbers one a column: the feature's number in its set, 0 for a column of the system
     * @param versions by which resolver versions the features were computed
     * @param online whether the observations are for their online rows too, not for history only
     */
    public record Numbered(List<Integer> numbers, FeatureBatch batch, ResolverVersions versions, boolean online) {
        /** Observations that no resolver computed, for history and online rows. */
        public Numbered(List<Integer> numbers, FeatureBatch batch) {
            this(numbers, batch, ResolverVersions.NONE, true);
        }

        public Numbered {
            numbers = List.copyOf(numbers);
            if (numbers.size() != batch.columns().size()) {
                throw new IllegalArgumentException(
                        numbers.size() + " numbers for " + batch.columns().size() + " columns");
            }
        }
    }

    /** The batch as bytes. It stays the caller's; nothing of the allocator's is kept. */
    public static byte[] write(Numbered numbered, BufferAllocator allocator) {
        FeatureBatch batch = numbered.batch();
        List<Field> fields = new ArrayList<>();
        List<FieldVector> vectors = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            for (int index = 0; index < batch.columns().size(); index++) {
                Column column = batch.column(index);
                int number = numbered.numbers().get(index);
                add(field(batch.names().get(index), number, column.type()), column, fields, vectors, allocator);
                MemorySegment presence = column.presence();
                if (presence != null) {
                    Column present = new Column(ColumnType.BOOL, batch.rows(), presence, null, null, null);
                    add(field(PRESENCE, number, ColumnType.BOOL), present, fields, vectors, allocator);
                }
            }
            Schema schema = new Schema(fields, metadata(numbered));
            try (VectorSchemaRoot root = new VectorSchemaRoot(schema, vectors, batch.rows());
                    ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
                writer.writeBatch();
                writer.end();
            }
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes could not be written to memory", impossible);
        } finally {
            vectors.forEach(FieldVector::close);
        }
    }

    /**
     * The batch of the bytes, on the heap: it need not be closed, and nothing of the allocator's is kept.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the bytes are no such stream, or of a later format
     */
    public static Numbered read(byte[] bytes, BufferAllocator allocator) {
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            Map<String, String> metadata = root.getSchema().getCustomMetadata();
            String format = metadata.get(FORMAT_KEY);
            if (!PLAIN_FORMAT.equals(format) && !FORMAT.equals(format)) {
                throw damaged(
                        "have format " + format + " (expected " + PLAIN_FORMAT + " or " + FORMAT
                                + "; a newer build wrote them)",
                        null);
            }
            if (!reader.loadNextBatch()) {
                throw damaged("hold no record batch (expected one)", null);
            }
            Numbered plain = read(root);
            return PLAIN_FORMAT.equals(format)
                    ? plain
                    : new Numbered(plain.numbers(), plain.batch(), versions(metadata), online(metadata));
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException failure) {
            throw damaged("cannot be read (expected an Arrow IPC stream)", failure);
        }
    }

    private static Map<String, String> metadata(Numbered numbered) {
        if (numbered.versions().isEmpty() && numbered.online()) {
            return Map.of(FORMAT_KEY, PLAIN_FORMAT);
        }
        // In one order: the bytes of equal observations are equal, also in another run.
        Map<String, String> metadata = new TreeMap<>();
        metadata.put(FORMAT_KEY, FORMAT);
        metadata.put(VERSIONS_KEY, numbered.versions().text());
        metadata.put(ONLINE_KEY, Boolean.toString(numbered.online()));
        return metadata;
    }

    private static ResolverVersions versions(Map<String, String> metadata) {
        String versions = metadata.get(VERSIONS_KEY);
        if (versions == null) {
            throw damaged("have format " + FORMAT + " and no " + VERSIONS_KEY, null);
        }
        return ResolverVersions.ofText(versions);
    }

    private static boolean online(Map<String, String> metadata) {
        String online = metadata.get(ONLINE_KEY);
        if (!"true".equals(online) && !"false".equals(online)) {
            throw damaged("have " + ONLINE_KEY + " " + online + " (expected true or false)", null);
        }
        return "true".equals(online);
    }

    private static Numbered read(VectorSchemaRoot root) {
        List<String> names = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (FieldVector vector : root.getFieldVectors()) {
            Field field = vector.getField();
            ColumnType type = ColumnType.valueOf(metadata(field, TYPE_KEY));
            Column column = column(vector, type, root.getRowCount());
            if (field.getName().equals(PRESENCE) && !columns.isEmpty()) {
                Column before = columns.removeLast();
                columns.add(new Column(
                        before.type(),
                        before.rows(),
                        before.values(),
                        before.offsets(),
                        before.validity(),
                        column.values()));
            } else {
                names.add(field.getName());
                numbers.add(Integer.parseInt(metadata(field, NUMBER_KEY)));
                columns.add(column);
            }
        }
        return new Numbered(numbers, FeatureBatch.onHeap(names, columns, root.getRowCount()));
    }

    private static Column column(FieldVector vector, ColumnType type, int rows) {
        MemorySegment validity = vector.getNullCount() == 0 ? null : copy(vector.getValidityBuffer(), (rows + 7L) >> 3);
        if (!type.variable()) {
            return new Column(type, rows, copy(vector.getDataBuffer(), fixedBytes(type, rows)), null, validity, null);
        }
        MemorySegment offsets = copy(vector.getOffsetBuffer(), (rows + 1L) * Integer.BYTES);
        int length = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, (long) rows * Integer.BYTES);
        return new Column(type, rows, copy(vector.getDataBuffer(), length), offsets, validity, null);
    }

    private static void add(
            Field field, Column column, List<Field> fields, List<FieldVector> vectors, BufferAllocator allocator) {
        FieldVector vector = field.createVector(allocator);
        fields.add(field);
        vectors.add(vector);
        int rows = column.rows();
        List<ArrowBuf> buffers = new ArrayList<>();
        try {
            MemorySegment validity = validity(column);
            buffers.add(buffer(validity, allocator));
            MemorySegment offsets = column.offsets();
            if (offsets == null) {
                buffers.add(buffer(column.values().asSlice(0, fixedBytes(column.type(), rows)), allocator));
            } else {
                int from = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
                int to = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, (long) rows * Integer.BYTES);
                buffers.add(buffer(shifted(offsets, rows, from), allocator));
                buffers.add(buffer(column.values().asSlice(from, to - from), allocator));
            }
            vector.loadFieldBuffers(new ArrowFieldNode(rows, nulls(validity, rows)), buffers);
        } finally {
            // The vector holds on to them by itself.
            buffers.forEach(ArrowBuf::close);
        }
    }

    private static ArrowBuf buffer(MemorySegment source, BufferAllocator allocator) {
        ArrowBuf buffer = allocator.buffer(source.byteSize());
        if (source.byteSize() > 0) {
            MemorySegment.copy(source, 0, ArrowMemory.segment(buffer), 0, source.byteSize());
        }
        buffer.writerIndex(source.byteSize());
        return buffer;
    }

    /** A bit a row: set where there is a value; clear behind the last row. */
    private static MemorySegment validity(Column column) {
        byte[] bits = new byte[(column.rows() + 7) >> 3];
        for (int row = 0; row < column.rows(); row++) {
            bits[row >> 3] |= (byte) ((column.hasValue(row) ? 1 : 0) << (row & 7));
        }
        return MemorySegment.ofArray(bits);
    }

    private static int nulls(MemorySegment validity, int rows) {
        int values = 0;
        for (long index = 0; index < validity.byteSize(); index++) {
            values += Integer.bitCount(validity.get(ValueLayout.JAVA_BYTE, index) & 0xff);
        }
        return rows - values;
    }

    private static MemorySegment shifted(MemorySegment offsets, int rows, int from) {
        int[] shifted = new int[rows + 1];
        for (int row = 0; row <= rows; row++) {
            shifted[row] = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, (long) row * Integer.BYTES) - from;
        }
        return MemorySegment.ofArray(shifted);
    }

    private static MemorySegment copy(ArrowBuf buffer, long bytes) {
        MemorySegment source = ArrowMemory.segment(buffer);
        // Arrow may write nothing at all for the offsets of no rows, or for values of which none is set.
        byte[] copy = new byte[Math.toIntExact(bytes)];
        MemorySegment.copy(source, 0, MemorySegment.ofArray(copy), 0, Math.min(bytes, source.byteSize()));
        return MemorySegment.ofArray(copy);
    }

    private static long fixedBytes(ColumnType type, int rows) {
        return type.width() == 0 ? (rows + 7L) >> 3 : (long) rows * type.width();
    }

    private static Field field(String name, int number, ColumnType type) {
        Map<String, String> metadata = new HashMap<>();
        metadata.put(NUMBER_KEY, Integer.toString(number));
        metadata.put(TYPE_KEY, type.name());
        return new Field(name, new FieldType(true, stored(type), null, metadata), null);
    }

    private static ArrowType stored(ColumnType type) {
        // Whatever is kept as bytes of its own making is bytes to a reader of the log.
        return type.variable() && type != ColumnType.STRING ? new ArrowType.Binary() : ArrowTypes.of(type);
    }

    private static String metadata(Field field, String key) {
        String value = field.getMetadata().get(key);
        if (value == null) {
            throw damaged("have a field '" + field.getName() + "' without " + key, null);
        }
        return value;
    }

    private static FeatureGridException damaged(String what, @Nullable Throwable cause) {
        return new FeatureGridException(ErrorCode.INTERNAL_SERVER_ERROR, "logged observations " + what, cause);
    }
}
