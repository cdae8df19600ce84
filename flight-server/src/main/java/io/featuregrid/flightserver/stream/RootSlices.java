package io.featuregrid.flightserver.stream;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType.ArrowTypeID;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.arrow.vector.util.VectorAppender;

/** Parts of batches, for columns of every Arrow type: runs of rows, or chosen rows. */
final class RootSlices {
    private static final int VIEW_BYTES = 16;
    private static final int LENGTH_BYTES = 4;
    private static final int MOST_INLINE_BYTES = VIEW_BYTES - LENGTH_BYTES;

    private RootSlices() {}

    /** A run of rows; the caller closes it. It shares memory with the root where it can. */
    static VectorSchemaRoot run(VectorSchemaRoot root, int from, int count) {
        List<FieldVector> vectors = new ArrayList<>();
        try {
            for (FieldVector source : root.getFieldVectors()) {
                TransferPair pair = source.getTransferPair(source.getAllocator());
                FieldVector target = (FieldVector) pair.getTo();
                vectors.add(target);
                pair.splitAndTransfer(from, count);
                padViews(target);
            }
            VectorSchemaRoot slice = new VectorSchemaRoot(root.getSchema(), vectors, count);
            return copyable(root.getSchema().getFields()) ? slice : reloaded(slice);
        } catch (RuntimeException failure) {
            vectors.forEach(FieldVector::close);
            throw failure;
        }
    }

    /** The same memory in new vectors: a dense union that is a slice cannot be sliced again. Takes the root over. */
    private static VectorSchemaRoot reloaded(VectorSchemaRoot slice) {
        try (slice;
                ArrowRecordBatch batch = new VectorUnloader(slice).getRecordBatch()) {
            VectorSchemaRoot fresh = VectorSchemaRoot.create(
                    slice.getSchema(), slice.getVector(0).getAllocator());
            try {
                new VectorLoader(fresh).load(batch);
                return fresh;
            } catch (RuntimeException failure) {
                fresh.close();
                throw failure;
            }
        }
    }

    /** Whether {@link #chosen} can copy rows of the columns one by one: Arrow has that for most types only. */
    static boolean copyable(List<Field> fields) {
        return fields.stream().allMatch(field -> switch (field.getType().getTypeID()) {
            case Union, ListView, LargeListView, RunEndEncoded -> false;
            case Null -> true;
            default -> nested(field) ? copyableInside(field.getChildren()) : true;
        });
    }

    /**
     * A copy of some rows, in order; the caller closes it.
     *
     * @param root of {@link #copyable} columns
     * @param rows positions in the root, ascending
     */
    static VectorSchemaRoot chosen(VectorSchemaRoot root, int[] rows) {
        List<FieldVector> vectors = new ArrayList<>();
        try {
            for (FieldVector source : root.getFieldVectors()) {
                FieldVector target = source.getField().createVector(source.getAllocator());
                vectors.add(target);
                copy(source, target, rows);
            }
            return new VectorSchemaRoot(root.getSchema(), vectors, rows.length);
        } catch (RuntimeException failure) {
            vectors.forEach(FieldVector::close);
            throw failure;
        }
    }

    private static boolean nested(Field field) {
        return !field.getChildren().isEmpty();
    }

    /** A null column inside of another has no writer to copy with. */
    private static boolean copyableInside(List<Field> fields) {
        return copyable(fields)
                && fields.stream().noneMatch(field -> field.getType().getTypeID() == ArrowTypeID.Null);
    }

    /** Whether a nested column can be put together from runs of rows, which copies more types than row by row, and whole buffers. */
    private static boolean appendable(Field field) {
        return field.getChildren().stream()
                .allMatch(child -> switch (child.getType().getTypeID()) {
                    case Union, ListView, LargeListView, RunEndEncoded, Utf8View, BinaryView, Null -> false;
                    default -> appendable(child);
                });
    }

    private static void append(FieldVector source, FieldVector target, int[] rows) {
        target.setInitialCapacity(rows.length);
        target.allocateNew();
        VectorAppender appender = new VectorAppender(target);
        TransferPair pair = source.getTransferPair(source.getAllocator());
        try (FieldVector run = (FieldVector) pair.getTo()) {
            int next;
            for (int index = 0; index < rows.length; index = next) {
                next = index + 1;
                while (next < rows.length && rows[next] == rows[next - 1] + 1) {
                    next++;
                }
                pair.splitAndTransfer(rows[index], next - index);
                run.accept(appender, null);
            }
        }
    }

    private static void copy(FieldVector source, FieldVector target, int[] rows) {
        if (nested(source.getField()) && appendable(source.getField())) {
            append(source, target, rows);
            return;
        }
        if (!(source instanceof NullVector)) {
            target.setInitialCapacity(rows.length);
            target.allocateNew();
            for (int row = 0; row < rows.length; row++) {
                target.copyFromSafe(rows[row], row, source);
            }
        }
        target.setValueCount(rows.length);
        padViews(target);
    }

    /**
     * Zeroes what a view holds behind a short value. Arrow for Java leaves there what the memory held before, when it slices and copies;
     * readers in other languages compare views as a whole.
     */
    private static void padViews(FieldVector vector) {
        if (vector instanceof BaseVariableWidthViewVector views) {
            ArrowBuf buffer = views.getDataBuffer();
            for (long row = 0; row < vector.getValueCount(); row++) {
                long start = row * VIEW_BYTES;
                int length = views.isNull((int) row) ? 0 : buffer.getInt(start);
                if (length == 0) {
                    buffer.setInt(start, 0);
                }
                if (length < MOST_INLINE_BYTES) {
                    buffer.setZero(start + LENGTH_BYTES + length, MOST_INLINE_BYTES - length);
                }
            }
        }
        vector.getChildrenFromFields().forEach(RootSlices::padViews);
    }
}
