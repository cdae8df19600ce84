package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ValueType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Columns out of an Arrow IPC stream: first their names, then, when their types are known, their values. For one thread; must be closed. */
public final class ColumnStreamReader implements AutoCloseable {
    private final BufferAllocator allocator;
    private final ArrowStreamReader reader;
    private final Schema schema;

    /**
     * Reads the schema.
     *
     * @param stream closed with this
     * @throws FeatureGridException PARSE_FAILED if that is no Arrow IPC stream
     */
    public ColumnStreamReader(InputStream stream, BufferAllocator allocator) {
        this.allocator = allocator;
        this.reader = new ArrowStreamReader(stream, allocator);
        try {
            this.schema = reader.getVectorSchemaRoot().getSchema();
        } catch (IOException | RuntimeException malformed) {
            FeatureGridException refused = unreadable(malformed);
            try {
                reader.close();
            } catch (IOException | RuntimeException second) {
                refused.addSuppressed(second);
            }
            throw refused;
        }
    }

    public List<String> names() {
        return schema.getFields().stream().map(Field::getName).toList();
    }

    /** What the stream says of itself. */
    public Map<String, String> metadata() {
        return schema.getCustomMetadata() == null ? Map.of() : schema.getCustomMetadata();
    }

    /**
     * The values of all batches, copied to the heap.
     *
     * @param types one a column
     * @param mostRows how many rows there may be; more is TOO_LARGE
     * @throws FeatureGridException VALIDATION_FAILED for a value that has no exact counterpart in its type, PARSE_FAILED for a stream that
     *     breaks off
     */
    public FeatureBatch read(List<? extends ValueType> types, long mostRows) {
        List<List<Column>> batches = new ArrayList<>();
        long rows = 0;
        try {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            while (reader.loadNextBatch()) {
                int count = root.getRowCount();
                // Before anything is made of that length: a few bytes may state any number of rows.
                if (rows + count > mostRows) {
                    throw new FeatureGridException(
                            ErrorCode.TOO_LARGE,
                            "the stream has more than " + mostRows
                                    + " rows (expected at most that many in one request)");
                }
                List<Column> columns = new ArrayList<>();
                for (int index = 0; index < types.size(); index++) {
                    columns.add(copy(root.getVector(index), types.get(index), rows));
                }
                batches.add(columns);
                rows += count;
            }
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException malformed) {
            throw unreadable(malformed);
        }
        List<Column> whole = new ArrayList<>();
        for (int index = 0; index < types.size(); index++) {
            whole.add(concatenate(types.get(index).columnType(), batches, index, Math.toIntExact(rows)));
        }
        return FeatureBatch.onHeap(names(), whole, Math.toIntExact(rows));
    }

    private Column copy(FieldVector vector, ValueType type, long firstRow) throws IOException {
        String name = vector.getName();
        Dictionary dictionary = vector.getField().getDictionary() == null
                ? null
                : reader.getDictionaryVectors()
                        .get(vector.getField().getDictionary().getId());
        ArrowReader.Reading reading = new ArrowReader.Reading("column '" + name + "'", firstRow, false);
        if (dictionary == null) {
            return onHeap(ArrowReader.read(vector, type, reading));
        }
        try (FieldVector decoded = (FieldVector) DictionaryEncoder.decode(vector, dictionary, allocator)) {
            return onHeap(ArrowReader.read(decoded, type, reading));
        }
    }

    private static Column onHeap(Column column) {
        ColumnBuilder builder = new ColumnBuilder(column.type(), column.rows());
        for (int row = 0; row < column.rows(); row++) {
            builder.copy(row, column, row);
        }
        return builder.build();
    }

    private static Column concatenate(ColumnType type, List<List<Column>> batches, int index, int rows) {
        if (batches.size() == 1) {
            return batches.getFirst().get(index);
        }
        ColumnBuilder builder = new ColumnBuilder(type, rows);
        int target = 0;
        for (List<Column> batch : batches) {
            Column column = batch.get(index);
            for (int row = 0; row < column.rows(); row++) {
                builder.copy(target++, column, row);
            }
        }
        return builder.build();
    }

    private static FeatureGridException unreadable(Exception malformed) {
        return new FeatureGridException(
                ErrorCode.PARSE_FAILED,
                "the body is no Arrow IPC stream: " + malformed.getMessage()
                        + " (expected one, whole and not compressed)",
                malformed);
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException impossible) {
            throw new java.io.UncheckedIOException(impossible);
        }
    }
}
