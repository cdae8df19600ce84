package io.featuregrid.flightserver;

import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.arrow.ArrowWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Rows for a test, written down by column. */
final class Table {
    private final BufferAllocator allocator;
    private final List<FieldVector> vectors = new ArrayList<>();

    Table(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    Table times(String name, @Nullable Long... micros) {
        return add(name, ColumnType.TIMESTAMP, micros);
    }

    Table integers(String name, @Nullable Long... values) {
        return add(name, ColumnType.INT64, values);
    }

    Table numbers(String name, @Nullable Double... values) {
        return add(name, ColumnType.FLOAT64, values);
    }

    Table texts(String name, @Nullable String... values) {
        return add(name, ColumnType.STRING, values);
    }

    /** Takes the vector over. */
    Table vector(FieldVector vector) {
        vectors.add(vector);
        return this;
    }

    /** The caller closes the root. */
    VectorSchemaRoot root() {
        return new VectorSchemaRoot(vectors);
    }

    private Table add(String name, ColumnType type, @Nullable Object[] values) {
        ColumnBuilder builder = new ColumnBuilder(type, values.length);
        for (int row = 0; row < values.length; row++) {
            switch (values[row]) {
                case null -> builder.setNull(row);
                case Long value -> builder.setBits(row, value);
                case Double value -> builder.setDouble(row, value);
                case String value -> builder.setBytes(row, value.getBytes(StandardCharsets.UTF_8));
                default -> throw new IllegalArgumentException("value is " + values[row]);
            }
        }
        return vector(ArrowWriter.write(name, builder.build(), allocator));
    }
}
