package io.featuregrid.flightserver.stream;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.batch.arrow.ArrowReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Cuts a spooled spine into windows: runs of consecutive rows, over as many of its batches as fit. For one thread. */
final class SpineWindows implements AutoCloseable {
    private final SpineSpool spool;
    private final Schema schema;
    private final DictionaryProvider dictionaries;
    private final Needs needs;
    private final BufferAllocator allocator;
    private @Nullable VectorSchemaRoot batch;
    private int batchPosition;
    private long position;

    /**
     * What a join reads of a spine.
     *
     * @param time the column whose times may be finer than a microsecond
     * @param rows most rows of a window
     */
    record Needs(List<TypedColumn> columns, String time, int rows) {}

    SpineWindows(
            SpineSpool spool, Schema schema, DictionaryProvider dictionaries, Needs needs, BufferAllocator allocator) {
        this.spool = spool;
        this.schema = schema;
        this.dictionaries = dictionaries;
        this.needs = needs;
        this.allocator = allocator;
    }

    /** Consecutive rows of the spine. Whoever receives it closes it. */
    static final class Window implements AutoCloseable {
        private final List<VectorSchemaRoot> parts = new ArrayList<>();
        private final List<FieldVector> decoded = new ArrayList<>();
        private int rows;

        int rows() {
            return rows;
        }

        /** The rows as they came, in order. */
        List<VectorSchemaRoot> parts() {
            return parts;
        }

        @Override
        public void close() {
            parts.forEach(VectorSchemaRoot::close);
            decoded.forEach(FieldVector::close);
        }
    }

    /** The next window, or null behind the last row. */
    @Nullable
    Window next() {
        Window window = new Window();
        try {
            while (window.rows < needs.rows() && loadBatch()) {
                addPart(window);
            }
        } catch (RuntimeException failure) {
            window.close();
            throw failure;
        }
        return window.rows == 0 ? null : window;
    }

    /**
     * The columns that the join reads, over the window's memory: valid until the window is closed.
     *
     * @throws io.featuregrid.planner.error.FeatureGridException VALIDATION_FAILED naming column, row and value
     */
    FeatureBatch read(Window window) {
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (TypedColumn needed : needs.columns()) {
            List<Column> parts = new ArrayList<>();
            long firstRow = position - window.rows;
            for (VectorSchemaRoot part : window.parts) {
                parts.add(read(window, part.getVector(needed.name()), needed, firstRow));
                firstRow += part.getRowCount();
            }
            names.add(needed.name());
            columns.add(ColumnConcatenation.of(parts));
        }
        return FeatureBatch.onHeap(names, columns, window.rows);
    }

    @Override
    public void close() {
        if (batch != null) {
            batch.close();
            batch = null;
        }
    }

    private Column read(Window window, FieldVector vector, TypedColumn needed, long firstRow) {
        String subject = "column '" + needed.name() + "' of the spine";
        FieldVector plain = vector;
        if (vector.getField().getDictionary() != null) {
            plain = Dictionaries.decode(vector, dictionaries, subject, allocator);
            window.decoded.add(plain);
        }
        boolean time = needed.type() == ColumnType.TIMESTAMP && needed.name().equals(needs.time());
        return ArrowReader.read(plain, needed.valueType(), new ArrowReader.Reading(subject, firstRow, time));
    }

    /** Has a batch at hand that has rows left; false behind the last. */
    private boolean loadBatch() {
        if (batch != null) {
            return true;
        }
        ArrowRecordBatch next = spool.take();
        if (next == null) {
            return false;
        }
        try (next) {
            VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
            try {
                new VectorLoader(root).load(next);
            } catch (RuntimeException failure) {
                root.close();
                throw failure;
            }
            batch = root;
            batchPosition = 0;
        }
        return true;
    }

    private void addPart(Window window) {
        VectorSchemaRoot from = batch;
        if (from == null) {
            throw new IllegalStateException("no batch at hand");
        }
        int rest = from.getRowCount() - batchPosition;
        int count = Math.min(rest, needs.rows() - window.rows);
        boolean whole = batchPosition == 0 && count == from.getRowCount();
        window.parts.add(whole ? from : RootSlices.run(from, batchPosition, count));
        window.rows += count;
        position += count;
        batchPosition += count;
        if (whole) {
            batch = null;
        } else if (count == rest) {
            from.close();
            batch = null;
        }
    }
}
