package io.featuregrid.flightserver.stream;

import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.offline.read.HistoryScan;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.batch.arrow.ArrowTypes;
import io.featuregrid.planner.batch.arrow.ArrowWriter;
import io.featuregrid.planner.definition.FeatureSet;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** The stored rows of a set, as its history table has them. Safe for use by several threads. */
public final class HistoryStream {
    private final FreshHistory history;
    private final StreamLimits limits;
    private final BufferAllocator allocator;

    public HistoryStream(FreshHistory history, StreamLimits limits, BufferAllocator allocator) {
        this.history = history;
        this.limits = limits;
        this.allocator = allocator;
    }

    /** The columns of the history table: key, features, then the system's. */
    public Schema schema(FeatureSet set) {
        try (HistoryScan scan = history.scan(set, false)) {
            return schema(scan.columns());
        }
    }

    /**
     * Answers one call up to its last row; ending the call is left to the caller.
     *
     * @param fresh whether everything acknowledged before is to be seen
     */
    public void run(FeatureSet set, boolean fresh, ServerStreamListener listener, OngoingCall call) {
        try (HistoryScan scan = history.scan(set, fresh);
                AnswerWriter answer = new AnswerWriter(listener, call, limits.stall(), allocator)) {
            answer.start(schema(scan.columns()), new MapDictionaryProvider());
            for (FeatureBatch batch = scan.next(); batch != null; batch = scan.next()) {
                try (VectorSchemaRoot rows = write(scan.columns(), batch)) {
                    answer.write(rows);
                }
                call.throwIfCancelled();
            }
        }
    }

    private VectorSchemaRoot write(List<TypedColumn> columns, FeatureBatch batch) {
        List<FieldVector> vectors = new ArrayList<>();
        try (batch) {
            for (int index = 0; index < columns.size(); index++) {
                TypedColumn column = columns.get(index);
                vectors.add(ArrowWriter.write(column.name(), column.valueType(), batch.column(index), allocator));
            }
            return new VectorSchemaRoot(vectors);
        } catch (RuntimeException failure) {
            vectors.forEach(FieldVector::close);
            throw failure;
        }
    }

    private static Schema schema(List<TypedColumn> columns) {
        List<Field> fields = columns.stream()
                .map(column -> ArrowTypes.field(column.name(), column.valueType()))
                .toList();
        return new Schema(fields);
    }
}
