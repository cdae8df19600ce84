package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.execute.FunctionCall;
import io.featuregrid.planner.execute.FunctionFailure;
import io.featuregrid.planner.execute.FunctionResult;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One call of a method over its rows, in the thread that runs it. */
final class MethodRows {
    private final FunctionCall call;
    private final BoundMethod method;
    private final LoadedJar jar;
    private final JavaResults results;
    private final Column[] columns;
    private final List<ColumnBuilder> builders = new ArrayList<>();
    private final List<FunctionFailure> failures = new ArrayList<>();

    /** Takes what it needs of the call: its batch may be closed before a method that nobody waits for has ended. */
    MethodRows(FunctionCall call, BoundMethod method, LoadedJar jar) {
        this.call = call;
        this.method = method;
        this.jar = jar;
        this.results = new JavaResults(jar.records());
        this.columns = call.inputs().columns().stream().map(MethodRows::onHeap).toArray(Column[]::new);
        for (Feature output : call.outputs()) {
            builders.add(
                    new ColumnBuilder(output.type().columnType(), call.inputs().rows()));
        }
    }

    FunctionResult run(BooleanSupplier left) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(jar.loader());
        try {
            int rows = columns.length == 0 ? call.inputs().rows() : columns[0].rows();
            for (int row = 0; row < rows && !left.getAsBoolean(); row++) {
                row(row);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
        return new FunctionResult(builders.stream().map(ColumnBuilder::build).toList(), failures);
    }

    private void row(int row) {
        List<@Nullable Object> values;
        try {
            values = BoundMethod.split(method.call(columns, row), builders.size(), jar.records());
        } catch (LossyResultException lossy) {
            fail(row, FunctionFailure.ALL, lossy);
            return;
        } catch (Throwable raised) {
            fail(row, FunctionFailure.ALL, raised);
            return;
        }
        for (int output = 0; output < builders.size(); output++) {
            Feature feature = call.outputs().get(output);
            try {
                TypedValues.set(
                        feature.type(), builders.get(output), row, results.boxed(feature.type(), values.get(output)));
            } catch (LossyResultException lossy) {
                fail(row, output, lossy);
            } catch (Throwable raised) {
                fail(row, output, raised);
            }
        }
    }

    private void fail(int row, int output, LossyResultException lossy) {
        fail(new FunctionFailure(
                row,
                output,
                ErrorCode.VALIDATION_FAILED,
                "`" + call.resolver().name() + "` gave " + lossy.text(),
                null));
    }

    private void fail(int row, int output, Throwable raised) {
        RaisedText text = RaisedText.of(raised);
        fail(new FunctionFailure(
                row,
                output,
                ErrorCode.RESOLVER_FAILED,
                "`" + call.resolver().name() + "` raised " + text.line(),
                text.stack()));
    }

    private void fail(FunctionFailure failure) {
        failures.add(failure);
        for (int output = 0; output < builders.size(); output++) {
            if (failure.output() == FunctionFailure.ALL || failure.output() == output) {
                builders.get(output).setNull(failure.row());
            }
        }
    }

    private static Column onHeap(Column column) {
        if (isOnHeap(column.values())
                && isOnHeap(column.offsets())
                && isOnHeap(column.validity())
                && isOnHeap(column.presence())) {
            return column;
        }
        ColumnBuilder copy = new ColumnBuilder(column.type(), column.rows());
        for (int row = 0; row < column.rows(); row++) {
            copy.copy(row, column, row);
        }
        return copy.build();
    }

    private static boolean isOnHeap(@Nullable MemorySegment memory) {
        return memory == null || !memory.isNative();
    }
}
