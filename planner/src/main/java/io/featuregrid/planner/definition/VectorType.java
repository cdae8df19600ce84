package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ColumnType;
import java.util.Locale;

/** Equally many floating-point numbers in every value, none of them null: an embedding. */
public record VectorType(int length, Element element) implements FeatureType {
    /** What a vector's numbers are. */
    public enum Element {
        FLOAT32(Float.BYTES),
        FLOAT64(Double.BYTES);

        private final int width;

        Element(int width) {
            this.width = width;
        }

        /** Bytes a number. */
        public int width() {
            return width;
        }
    }

    private static final int MOST_NUMBERS = 65_536;

    public VectorType {
        if (length < 1 || length > MOST_NUMBERS) {
            throw new IllegalArgumentException(
                    "a vector of length " + length + " (expected 1 to " + MOST_NUMBERS + ")");
        }
    }

    @Override
    public String text() {
        return "vector<" + element.name().toLowerCase(Locale.ROOT) + ">(" + length + ")";
    }

    @Override
    public ColumnType columnType() {
        return ColumnType.NESTED;
    }
}
