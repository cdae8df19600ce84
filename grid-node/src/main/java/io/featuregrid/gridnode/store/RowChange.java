package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * What observations of one entity do to its row: a row of their own, in the forms that a grid keeps. Immutable.
 */
public final class RowChange {
    private final RowStamps stamps;
    private final @Nullable Object[] values;

    /**
     * A change.
     *
     * @param values by feature number; null where the row holds a null or no value
     */
    public RowChange(RowStamps stamps, @Nullable Object[] values) {
        this.stamps = stamps;
        this.values = values;
    }

    public RowStamps stamps() {
        return stamps;
    }

    /** By feature number; stays this change's. */
    public @Nullable Object[] values() {
        return values;
    }

    /** The value of a feature; null if it is null or there is none. */
    public @Nullable Object value(int number) {
        return number < values.length ? values[number] : null;
    }

    /** What both do, in whatever order. */
    public RowChange and(RowChange other) {
        RowMerge merge = RowMerge.of(stamps, other.stamps, RowMerge.all());
        return merge.changed() ? select(merge, other) : this;
    }

    /** What is left of this after an erasure of all at or below a mark. */
    public RowChange erase(Stamp mark) {
        RowMerge merge = RowMerge.erasing(stamps, mark, RowMerge.all());
        return merge.changed() ? select(merge, this) : this;
    }

    private RowChange select(RowMerge merge, RowChange change) {
        RowStamps merged = merge.stamps();
        @Nullable Object[] selected = new @Nullable Object[merged.highest() + 1];
        for (int number = 1; number < selected.length; number++) {
            int pointer = merged.pointer(number);
            if (pointer != 0 && !RowStamps.isTombstone(pointer)) {
                selected[number] = merge.fromChange(number) ? change.value(number) : value(number);
            }
        }
        return new RowChange(merged, selected);
    }
}
