package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ValueType;
import java.util.Optional;

/**
 * The type of a feature's values. Types are values: compare them with {@code equals}.
 *
 * <p>In a catalog a type is text: the name of a scalar ({@code int64}), {@code decimal(10,2)}, {@code enum<a|b>}, {@code list<int64>},
 * {@code struct<a: int64, b: string>} and {@code vector<float32>(128)}. A value of an enum is written as it is if it has only ASCII letters,
 * digits, {@code _}, {@code .} and {@code -}, else as a JSON string. Lists and structs hold any type, elements and fields may be null.
 */
// Declares no default method: else a class of the family would initialise this interface before its own constants
// exist.
public sealed interface FeatureType extends ValueType
        permits ScalarType, DecimalType, EnumType, ListType, StructType, VectorType {
    FeatureType INT64 = ScalarType.INT64;
    FeatureType FLOAT64 = ScalarType.FLOAT64;
    FeatureType STRING = ScalarType.STRING;
    FeatureType BOOL = ScalarType.BOOL;
    FeatureType TIMESTAMP = ScalarType.TIMESTAMP;
    FeatureType DATE = ScalarType.DATE;
    FeatureType BINARY = ScalarType.BINARY;

    /** How the type is written in a catalog and in messages; {@link #parse} reads it. */
    String text();

    /**
     * The type that a text states; spaces between words do not matter.
     *
     * @throws IllegalArgumentException if it states none, saying what was expected instead
     */
    static FeatureType parse(String text) {
        return new TypeText(text).parse();
    }

    /** The type that a text states; empty if it states none. */
    static Optional<FeatureType> ofText(String text) {
        try {
            return Optional.of(parse(text));
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    /** The forms of all types, for messages. */
    static String expected() {
        return "int64, float64, string, bool, timestamp, date, binary, decimal(precision,scale), enum<a|b>, list<type>,"
                + " struct<name: type>, vector<float32>(length) or vector<float64>(length)";
    }

    /**
     * Whether all values of an earlier type are values of a later one in the same form: of equal types, and where enums have only gained
     * values. Then a feature may go from one to the other and keeps its values.
     */
    static boolean keepsValues(FeatureType earlier, FeatureType later) {
        return switch (later) {
            case EnumType now ->
                earlier instanceof EnumType before && now.values().containsAll(before.values());
            case ListType now -> earlier instanceof ListType before && keepsValues(before.element(), now.element());
            case StructType now -> earlier instanceof StructType before && StructType.keepsValues(before, now);
            case ScalarType now -> earlier.equals(now);
            case DecimalType now -> earlier.equals(now);
            case VectorType now -> earlier.equals(now);
        };
    }
}
