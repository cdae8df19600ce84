package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.arrow.ArrowReader.LosslessConversion;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.jspecify.annotations.Nullable;

/** Exact conversions between integers and floating-point numbers. */
final class NumberConversions {
    private static final double TWO_TO_63 = 0x1p63;

    private NumberConversions() {}

    private interface DoubleAt {
        double get(int row);
    }

    static @Nullable LosslessConversion toInt64(FieldVector vector) {
        if (vector instanceof BaseIntVector integers) {
            boolean unsigned = vector instanceof UInt8Vector;
            return (row, target) -> {
                long value = integers.getValueAsLong(row);
                target.setBits(row, value);
                return !unsigned || value >= 0;
            };
        }
        DoubleAt doubles = doubles(vector);
        return doubles == null
                ? null
                : (row, target) -> {
                    double value = doubles.get(row);
                    target.setBits(row, (long) value);
                    return value >= -TWO_TO_63 && value < TWO_TO_63 && (long) value == value;
                };
    }

    static @Nullable LosslessConversion toFloat64(FieldVector vector) {
        if (vector instanceof BaseIntVector integers) {
            boolean unsigned = vector instanceof UInt8Vector;
            return (row, target) -> {
                long value = integers.getValueAsLong(row);
                double converted = value;
                target.setDouble(row, converted);
                return converted < TWO_TO_63 && (long) converted == value && (!unsigned || value >= 0);
            };
        }
        DoubleAt doubles = doubles(vector);
        return doubles == null
                ? null
                : (row, target) -> {
                    target.setDouble(row, doubles.get(row));
                    return true;
                };
    }

    private static @Nullable DoubleAt doubles(FieldVector vector) {
        return switch (vector) {
            case Float8Vector floats -> floats::get;
            case Float4Vector floats -> floats::get;
            case Float2Vector floats -> floats::getValueAsFloat;
            default -> null;
        };
    }
}
