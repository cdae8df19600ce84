package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Columns into an Arrow IPC stream of one batch. */
public final class ColumnStreamWriter {
    private ColumnStreamWriter() {}

    /**
     * The stream's bytes; MISSING and null are both null in it.
     *
     * @param types one a column
     * @param metadata what the stream says of itself
     * @param allocator for the time of the call
     * @throws org.apache.arrow.memory.OutOfMemoryException if the allocator has no room
     */
    public static byte[] write(
            FeatureBatch batch,
            List<? extends ValueType> types,
            Map<String, String> metadata,
            BufferAllocator allocator) {
        List<FieldVector> vectors = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        try {
            for (int index = 0; index < batch.columns().size(); index++) {
                FieldVector vector =
                        ArrowWriter.write(batch.names().get(index), types.get(index), batch.column(index), allocator);
                vectors.add(vector);
                fields.add(vector.getField());
            }
            VectorSchemaRoot root = new VectorSchemaRoot(new Schema(fields, metadata), vectors, batch.rows());
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
                writer.start();
                writer.writeBatch();
                writer.end();
            }
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } finally {
            vectors.forEach(FieldVector::close);
        }
    }
}
