package io.featuregrid.offline.world;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes batches over memory that is gone once they are closed, so that a late read fails, and counts those that are not closed. */
public final class BatchMemory {
    /** Bytes before the first string, so that offsets need not begin with 0. */
    private static final int LEAD = 3;

    private final AtomicInteger open = new AtomicInteger();

    /** A batch of the rows, each of which has a cell a column. Closing it frees its memory. */
    @SuppressWarnings("MustBeClosedChecker")
    public FeatureBatch batch(List<TypedColumn> columns, List<List<Object>> rows) {
        Arena arena = Arena.ofShared();
        List<Column> values = new ArrayList<>();
        for (int column = 0; column < columns.size(); column++) {
            ColumnBuilder builder = new ColumnBuilder(columns.get(column).type(), rows.size());
            for (int row = 0; row < rows.size(); row++) {
                Cell.set(builder, row, rows.get(row).get(column));
            }
            values.add(moved(builder.build(), arena));
        }
        open.incrementAndGet();
        return new FeatureBatch(columns.stream().map(TypedColumn::name).toList(), values, rows.size(), () -> {
            open.decrementAndGet();
            arena.close();
        });
    }

    /** How many batches are not closed. */
    public int open() {
        return open.get();
    }

    private static Column moved(Column column, Arena arena) {
        MemorySegment offsets = column.offsets();
        if (offsets == null) {
            return new Column(
                    column.type(),
                    column.rows(),
                    copy(column.values(), arena, 0),
                    null,
                    copyIfAny(column.validity(), arena),
                    copyIfAny(column.presence(), arena));
        }
        MemorySegment shifted = copy(offsets, arena, 0);
        for (long row = 0; row <= column.rows(); row++) {
            int offset = offsets.get(ValueLayout.JAVA_INT_UNALIGNED, row * Integer.BYTES);
            shifted.set(ValueLayout.JAVA_INT_UNALIGNED, row * Integer.BYTES, offset + LEAD);
        }
        return new Column(
                column.type(),
                column.rows(),
                copy(column.values(), arena, LEAD),
                shifted,
                copyIfAny(column.validity(), arena),
                copyIfAny(column.presence(), arena));
    }

    private static MemorySegment copy(MemorySegment source, Arena arena, int lead) {
        MemorySegment target = arena.allocate(source.byteSize() + lead, Long.BYTES);
        MemorySegment.copy(source, 0, target, lead, source.byteSize());
        return target;
    }

    private static @Nullable MemorySegment copyIfAny(@Nullable MemorySegment source, Arena arena) {
        return source == null ? null : copy(source, arena, 0);
    }
}
