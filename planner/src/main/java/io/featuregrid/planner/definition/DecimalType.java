package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ColumnType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/**
 * Exact decimal numbers.
 *
 * @param precision how many digits a number has at most, 1 to 38
 * @param scale how many of them stand behind the point, 0 to the precision
 */
public record DecimalType(int precision, int scale) implements FeatureType {
    /** As many digits as 16 bytes hold. */
    public static final int MOST_DIGITS = 38;

    public DecimalType {
        if (precision < 1 || precision > MOST_DIGITS || scale < 0 || scale > precision) {
            throw new IllegalArgumentException("decimal(" + precision + "," + scale
                    + ") (expected 1 to 38 digits, and of these 0 to all behind the point)");
        }
    }

    /** The number with exactly this scale; empty if it does not fit without loss. */
    public Optional<BigDecimal> fit(BigDecimal number) {
        // The point of a number like 1e999999999 is far away: it is never written out to see that it does not fit.
        if (number.signum() != 0 && (long) number.precision() - number.scale() > precision - scale) {
            return Optional.empty();
        }
        try {
            BigDecimal scaled = number.signum() == 0
                    ? BigDecimal.ZERO.setScale(scale)
                    : number.setScale(scale, RoundingMode.UNNECESSARY);
            return scaled.precision() <= precision ? Optional.of(scaled) : Optional.empty();
        } catch (ArithmeticException lossy) {
            return Optional.empty();
        }
    }

    @Override
    public String text() {
        return "decimal(" + precision + "," + scale + ")";
    }

    @Override
    public ColumnType columnType() {
        return ColumnType.DECIMAL;
    }
}
