package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.arrow.ArrowReader.LosslessConversion;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.jspecify.annotations.Nullable;

/** The several layouts of text in Arrow. */
final class TextConversions {
    private TextConversions() {}

    interface BytesAt {
        byte[] get(int row);
    }

    static @Nullable LosslessConversion toString(FieldVector vector) {
        BytesAt texts = texts(vector);
        return texts == null
                ? null
                : (row, target) -> {
                    target.setBytes(row, texts.get(row));
                    return true;
                };
    }

    /** Reads the UTF-8 of a vector of text, whatever its layout; null if it is no text. */
    static @Nullable BytesAt texts(FieldVector vector) {
        return switch (vector) {
            case VarCharVector texts -> texts::get;
            case LargeVarCharVector texts -> texts::get;
            case ViewVarCharVector texts -> texts::get;
            default -> null;
        };
    }
}
