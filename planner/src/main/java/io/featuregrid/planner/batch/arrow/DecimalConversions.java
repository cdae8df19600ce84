package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.arrow.ArrowReader.LosslessConversion;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.TypedValues;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.jspecify.annotations.Nullable;

/** Decimals of any precision and scale, integers, floating-point numbers and text to decimals, where no digit is lost. */
final class DecimalConversions {
    private DecimalConversions() {}

    /** The number of a row; null if it is none. */
    private interface NumberAt {
        @Nullable
        BigDecimal get(int row);
    }

    // The digits of a decimal vector are looked at too, though it states a precision: it does not keep its writer to
    // that.
    static @Nullable LosslessConversion toDecimal(FieldVector vector, DecimalType type) {
        NumberAt numbers = numbers(vector);
        return numbers == null
                ? null
                : (row, target) -> {
                    BigDecimal number = numbers.get(row);
                    Optional<BigDecimal> fitting = number == null ? Optional.empty() : type.fit(number);
                    fitting.ifPresent(value -> target.setBytes(row, TypedValues.decimalBytes(value)));
                    return fitting.isPresent();
                };
    }

    private static @Nullable NumberAt numbers(FieldVector vector) {
        return switch (vector) {
            case DecimalVector decimals -> decimals::getObject;
            case Decimal256Vector decimals -> decimals::getObject;
            case UInt8Vector integers ->
                row -> new BigDecimal(new BigInteger(Long.toUnsignedString(integers.get(row))));
            case BaseIntVector integers -> row -> BigDecimal.valueOf(integers.getValueAsLong(row));
            case Float8Vector floats -> row -> exact(floats.get(row));
            case Float4Vector floats -> row -> exact(floats.get(row));
            case Float2Vector floats -> row -> exact(floats.getValueAsFloat(row));
            default -> texts(vector);
        };
    }

    private static @Nullable BigDecimal exact(double value) {
        return Double.isFinite(value) ? new BigDecimal(value) : null;
    }

    private static @Nullable NumberAt texts(FieldVector vector) {
        TextConversions.BytesAt texts = TextConversions.texts(vector);
        return texts == null
                ? null
                : row -> {
                    try {
                        return new BigDecimal(new String(texts.get(row), StandardCharsets.UTF_8).strip());
                    } catch (NumberFormatException refused) {
                        return null;
                    }
                };
    }
}
