package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import org.apache.ignite.binary.BinaryField;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryType;
import org.jspecify.annotations.Nullable;

/** Finds the fields of the rows of one epoch without a look-up by name. Immutable. */
final class RowFields {
    private final int typeId;
    private final int epoch;
    private final BinaryField stamps;
    private final @Nullable BinaryField[] byNumber;

    /**
     * The fields that a definition knows of.
     *
     * @param type of any epoch of the set
     */
    RowFields(BinaryType type, RowLayout layout) {
        String name = type.typeName();
        this.typeId = type.typeId();
        this.epoch = Integer.parseInt(name, name.lastIndexOf('.') + 1, name.length(), 10);
        this.stamps = type.field(RowDefinition.STAMPS);
        this.byNumber = new @Nullable BinaryField[layout.endNumber()];
        for (int number = 1; number < byNumber.length; number++) {
            RowLayout.Field field = layout.field(number);
            if (field != null) {
                byNumber[number] = type.field(field.name());
            }
        }
    }

    int typeId() {
        return typeId;
    }

    int epoch() {
        return epoch;
    }

    /** The bytes of a row's stamps. */
    byte[] stamps(BinaryObject row) {
        return stamps.value(row);
    }

    /** The stored value of a feature that the definition knows; null if it is null or absent. */
    @Nullable
    Object value(BinaryObject row, int number) {
        BinaryField field = byNumber[number];
        return field == null ? null : field.value(row);
    }
}
