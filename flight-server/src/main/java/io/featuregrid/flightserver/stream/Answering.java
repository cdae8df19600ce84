package io.featuregrid.flightserver.stream;

import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.flightserver.stream.SpineWindows.Window;
import io.featuregrid.offline.join.JoinedWindow;
import io.featuregrid.offline.join.TrainingSetJoin;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.arrow.ArrowWriter;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.execute.CellFailure;
import io.featuregrid.planner.execute.TrainingSetCalls;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.TransferPair;

/** Takes windows of a spine through the join and sends them on, in order. */
record Answering(
        TrainingSetPlan plan,
        TrainingSetJoin join,
        SpineWindows windows,
        AnswerWriter answer,
        TrainingSetReport report,
        Computing computing,
        BufferAllocator allocator) {
    /**
     * How the features that are not taken come about.
     *
     * @param raise whether a value that cannot be computed ends the call
     */
    record Computing(TrainingSetCalls calls, boolean raise) {}

    void run(OngoingCall call) {
        for (Window window = windows.next(); window != null; window = windows.next()) {
            try (Window current = window) {
                call.throwIfCancelled();
                answer(current, call.traceId());
            }
        }
    }

    private void answer(Window window, String traceId) {
        JoinedWindow joined = join.join(windows.read(window));
        List<FieldVector> features = new ArrayList<>();
        boolean[] kept;
        try {
            try (FeatureBatch batch = joined.columns()) {
                TrainingSetCalls.Outputs outputs =
                        computing.calls().compute(plan, batch, joined.times(), joined.timed(), traceId);
                kept = outputs.kept();
                report.countRows(kept);
                for (Output output : plan.shown()) {
                    features.add(write(output, outputs, kept));
                }
            }
            int firstRow = 0;
            for (VectorSchemaRoot part : window.parts()) {
                send(part, features, firstRow, kept);
                firstRow += part.getRowCount();
            }
        } finally {
            features.forEach(FieldVector::close);
        }
    }

    private FieldVector write(Output output, TrainingSetCalls.Outputs outputs, boolean[] kept) {
        Column column = outputs.column(output);
        boolean[] failed = new boolean[column.rows()];
        if (outputs.failed(output)) {
            for (int row = 0; row < failed.length; row++) {
                CellFailure failure = outputs.failure(output, row);
                failed[row] = failure != null;
                if (failure != null && computing.raise()) {
                    throw new FeatureGridException(
                            List.of(new Problem(failure.code(), failure.message(), output.name(), failure.resolver())));
                }
            }
        }
        report.countMissing(output.name(), column, kept, failed);
        Column shown = plan.defaults()
                ? DefaultValues.show(column, output.value().feature().values(), failed)
                : column;
        return ArrowWriter.write(output.name(), output.value().feature().type(), shown, allocator);
    }

    /** Sends a part of the spine beside its rows of the features. */
    private void send(VectorSchemaRoot part, List<FieldVector> features, int firstRow, boolean[] kept) {
        int count = part.getRowCount();
        List<FieldVector> slices = new ArrayList<>();
        try {
            for (FieldVector feature : features) {
                TransferPair pair = feature.getTransferPair(allocator);
                slices.add((FieldVector) pair.getTo());
                pair.splitAndTransfer(firstRow, count);
            }
            List<FieldVector> vectors = new ArrayList<>(part.getFieldVectors());
            vectors.addAll(slices);
            // Not closed: the part's vectors are the window's, the slices are closed below.
            VectorSchemaRoot rows = new VectorSchemaRoot(vectors);
            sendKept(rows, firstRow, kept);
        } finally {
            slices.forEach(FieldVector::close);
        }
    }

    private void sendKept(VectorSchemaRoot rows, int firstRow, boolean[] kept) {
        int count = rows.getRowCount();
        int[] chosen = chosen(kept, firstRow, count);
        if (chosen.length == count) {
            answer.write(rows);
        } else if (RootSlices.copyable(rows.getSchema().getFields())) {
            try (VectorSchemaRoot some = RootSlices.chosen(rows, chosen)) {
                answer.write(some);
            }
        } else {
            int next;
            for (int index = 0; index < chosen.length; index = next) {
                next = index + 1;
                while (next < chosen.length && chosen[next] == chosen[next - 1] + 1) {
                    next++;
                }
                try (VectorSchemaRoot run = RootSlices.run(rows, chosen[index], next - index)) {
                    answer.write(run);
                }
            }
        }
    }

    /** The positions of the kept rows among {@code count} rows from {@code firstRow}. */
    private static int[] chosen(boolean[] kept, int firstRow, int count) {
        int[] chosen = new int[count];
        int size = 0;
        for (int row = 0; row < count; row++) {
            if (kept[firstRow + row]) {
                chosen[size++] = row;
            }
        }
        return Arrays.copyOf(chosen, size);
    }
}
