package io.featuregrid.planner.definition;

import io.featuregrid.planner.expression.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** How the types of features and the kinds of values that formulas compute with belong together. */
public final class FormulaTypes {
    private FormulaTypes() {}

    /** The kind that values of a type have in a formula; empty if formulas do not know the type. */
    public static Optional<Kind> kind(FeatureType type) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> Optional.of(Kind.INT);
                    case FLOAT64 -> Optional.of(Kind.FLOAT);
                    case STRING -> Optional.of(Kind.STR);
                    case BOOL -> Optional.of(Kind.BOOL);
                    case TIMESTAMP -> Optional.of(Kind.DATETIME);
                    case DATE -> Optional.of(Kind.DATE);
                    case BINARY -> Optional.empty();
                };
            case EnumType texts -> Optional.of(Kind.STR);
            case DecimalType decimal -> Optional.empty();
            case ListType list -> Optional.empty();
            case StructType struct -> Optional.empty();
            case VectorType vector -> Optional.empty();
        };
    }

    /** The kinds that a formula's result may have so that at least some of its values can become values of a type; None is not among them. */
    public static Set<Kind> convertible(FeatureType type) {
        return switch (kind(type).orElse(Kind.NONE)) {
            case NONE -> EnumSet.noneOf(Kind.class);
            case BOOL -> EnumSet.of(Kind.BOOL);
            case INT, FLOAT -> EnumSet.of(Kind.BOOL, Kind.INT, Kind.FLOAT);
            case STR -> EnumSet.of(Kind.STR);
            case DATETIME -> EnumSet.of(Kind.DATETIME);
            case DATE -> EnumSet.of(Kind.DATE);
            case TIMEDELTA -> EnumSet.of(Kind.TIMEDELTA);
        };
    }
}
