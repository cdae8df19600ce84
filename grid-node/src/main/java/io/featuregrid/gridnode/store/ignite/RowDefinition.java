package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowChange;
import io.featuregrid.gridnode.store.RowExpiry;
import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.gridnode.store.RowMerge;
import io.featuregrid.gridnode.store.RowStamps;
import io.featuregrid.gridnode.store.StoredValues;
import io.featuregrid.planner.batch.Stamp;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.ignite.IgniteBinary;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.binary.BinaryType;
import org.jspecify.annotations.Nullable;

/**
 * How one definition of a set reads and writes rows on one node. A row is a binary object of type {@code <set>.<epoch>} with a field for
 * each feature that has a value or a null, and {@link #STAMPS}. Rows of earlier epochs are read by their feature numbers, which keep their
 * names for ever, and become rows of this one when they are written. Safe for use by several threads.
 */
final class RowDefinition {
    /** The field that holds {@link RowStamps}. */
    static final String STAMPS = "__stamps";

    private final IgniteBinary binary;
    private final RowLayout layout;
    private final String typeName;
    private final RowShapes shapes;
    private final ConcurrentMap<Integer, RowFields> fieldsByType = new ConcurrentHashMap<>();

    RowDefinition(IgniteBinary binary, RowLayout layout, int shapeLimit) {
        this.binary = binary;
        this.layout = layout;
        this.typeName = layout.set() + "." + layout.version().epoch();
        this.shapes = new RowShapes(binary, typeName, layout, shapeLimit);
    }

    RowLayout layout() {
        return layout;
    }

    /** Makes the grid know the types of all fields, so that a conflict shows before a value is written. */
    void register() {
        BinaryObjectBuilder row = binary.builder(typeName);
        row.setField(STAMPS, new RowStamps().encode());
        for (int number = 1; number < layout.endNumber(); number++) {
            RowLayout.Field field = layout.field(number);
            if (field != null) {
                set(row, field, null);
            }
        }
        row.build();
    }

    /** The fields of the rows that have a row's type. */
    RowFields fields(BinaryObject row) {
        BinaryType type = row.type();
        RowFields fields = fieldsByType.get(type.typeId());
        return fields != null ? fields : fieldsByType.computeIfAbsent(type.typeId(), id -> new RowFields(type, layout));
    }

    /** Whether a row belongs to this set, not to an earlier one of the same name. */
    boolean owns(RowFields fields) {
        return fields.epoch() >= layout.version().firstEpoch();
    }

    /**
     * A row as a change makes it: the row itself if it changes nothing.
     *
     * @param before null if there is none
     * @throws IllegalStateException if the row was written under a later definition than this
     */
    BinaryObject merge(@Nullable BinaryObject before, RowChange change) {
        RowStamps stored = new RowStamps();
        RowFields fields = read(before, stored);
        RowMerge merge = RowMerge.of(stored, change.stamps(), layout::has);
        return before != null && fields != null && !merge.changed() ? before : build(merge, before, fields, change);
    }

    /**
     * A row without what stamps at or below a mark brought: the row itself if they brought nothing, null if nothing is left.
     *
     * @throws IllegalStateException as {@link #merge} does
     */
    @Nullable
    BinaryObject erase(BinaryObject before, Stamp mark) {
        RowStamps stored = new RowStamps();
        RowFields fields = read(before, stored);
        if (fields == null) {
            return null;
        }
        RowMerge merge = RowMerge.erasing(stored, mark, layout::has);
        if (!merge.changed()) {
            return before;
        }
        return merge.stamps().isEmpty() ? null : build(merge, before, fields, null);
    }

    /** Whether a row expired before a moment, or belongs to an earlier set of the same name. */
    boolean expired(BinaryObject row, Optional<RowExpiry> expiry, long now) {
        RowFields fields = fields(row);
        if (!owns(fields)) {
            return true;
        }
        if (expiry.isEmpty()) {
            return false;
        }
        RowStamps stamps = new RowStamps();
        stamps.decode(fields.stamps(row));
        return expiry.get().expiresAt(stamps) < now;
    }

    /** Reads the stamps of a row if this set owns it; answers its fields then, else null. */
    private @Nullable RowFields read(@Nullable BinaryObject before, RowStamps stored) {
        if (before == null) {
            return null;
        }
        RowFields fields = fields(before);
        if (!owns(fields)) {
            return null;
        }
        stored.decode(fields.stamps(before));
        if (fields.epoch() > layout.version().epoch() || stored.highest() >= layout.endNumber()) {
            throw new IllegalStateException("a row of '" + layout.set() + "' is of epoch " + fields.epoch()
                    + " and feature number " + stored.highest() + ", but this node knows only epochs to "
                    + layout.version().epoch() + " and numbers below " + layout.endNumber()
                    + " (expected none newer: try again when the node has the catalog)");
        }
        return fields;
    }

    private BinaryObject build(
            RowMerge merge, @Nullable BinaryObject before, @Nullable RowFields fields, @Nullable RowChange change) {
        RowStamps stamps = merge.stamps();
        long shape = RowShapes.EMPTY;
        for (int number = 1; number <= stamps.highest(); number++) {
            shape = hasField(stamps.pointer(number)) ? RowShapes.and(shape, number) : shape;
        }
        boolean sparse = shapes.allows(shape);
        BinaryObjectBuilder row = binary.builder(typeName);
        row.setField(STAMPS, stamps.encode());
        int end = sparse ? stamps.highest() + 1 : layout.endNumber();
        for (int number = 1; number < end; number++) {
            RowLayout.Field field = layout.field(number);
            if (hasField(stamps.pointer(number))) {
                set(row, require(field, number), value(merge, number, before, fields, change));
            } else if (!sparse && field != null) {
                set(row, field, null);
            }
        }
        return row.build();
    }

    private static @Nullable Object value(
            RowMerge merge,
            int number,
            @Nullable BinaryObject before,
            @Nullable RowFields fields,
            @Nullable RowChange change) {
        if (merge.fromChange(number)) {
            return change == null ? null : change.value(number);
        }
        return before == null || fields == null ? null : fields.value(before, number);
    }

    private static boolean hasField(int pointer) {
        return pointer != 0 && !RowStamps.isTombstone(pointer);
    }

    private static RowLayout.Field require(RowLayout.@Nullable Field field, int number) {
        if (field == null) {
            throw new IllegalStateException("feature number " + number + " was kept and has no field");
        }
        return field;
    }

    private static void set(BinaryObjectBuilder row, RowLayout.Field field, @Nullable Object value) {
        if (value == null) {
            row.setField(field.name(), null, StoredValues.storedClass(field.type()));
        } else {
            row.setField(field.name(), value);
        }
    }
}
