package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.arrow.ArrowReader.LosslessConversion;
import io.featuregrid.planner.definition.EnumType;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarBinaryVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.jspecify.annotations.Nullable;

/** The several layouts of text and bytes in Arrow. */
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

    /** Texts that are among the values of an enum. */
    static @Nullable LosslessConversion toEnum(FieldVector vector, EnumType type) {
        BytesAt texts = texts(vector);
        Set<String> values = Set.copyOf(type.values());
        return texts == null
                ? null
                : (row, target) -> {
                    byte[] text = texts.get(row);
                    target.setBytes(row, text);
                    return values.contains(new String(text, StandardCharsets.UTF_8));
                };
    }

    /** Bytes in the layouts that are not a column's. */
    static @Nullable LosslessConversion toBinary(FieldVector vector) {
        BytesAt binaries = switch (vector) {
            case LargeVarBinaryVector bytes -> bytes::get;
            case FixedSizeBinaryVector bytes -> bytes::get;
            case ViewVarBinaryVector bytes -> bytes::get;
            default -> null;
        };
        return binaries == null
                ? null
                : (row, target) -> {
                    target.setBytes(row, binaries.get(row));
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
