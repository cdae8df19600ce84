package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.lang.classfile.Signature;
import java.util.Set;

/** Which types of Java stand for which types of features, by what a class file states. */
final class JavaTypes {
    static final String PARAMETERS =
            "long, Long, double, Double, boolean, Boolean, String, Instant, LocalDate, BigDecimal,"
                    + " byte[], List, Map, float[] or double[]";
    static final String RESULTS = "a value, a record or Object[]";

    private static final String OBJECT = "Ljava/lang/Object;";
    private static final String STRING = "Ljava/lang/String;";
    private static final String LIST = "Ljava/util/List;";
    private static final String MAP = "Ljava/util/Map;";
    private static final Set<String> PARAMETER = Set.of(
            "J",
            "Ljava/lang/Long;",
            "D",
            "Ljava/lang/Double;",
            "Z",
            "Ljava/lang/Boolean;",
            STRING,
            "Ljava/time/Instant;",
            "Ljava/time/LocalDate;",
            "Ljava/math/BigDecimal;",
            "[B",
            LIST,
            MAP,
            "[F",
            "[D");
    private static final Set<String> WHOLE = Set.of(
            "Z",
            "B",
            "S",
            "I",
            "J",
            "Ljava/lang/Boolean;",
            "Ljava/lang/Byte;",
            "Ljava/lang/Short;",
            "Ljava/lang/Integer;",
            "Ljava/lang/Long;",
            "Ljava/math/BigInteger;");
    private static final Set<String> REAL = Set.of("F", "D", "Ljava/lang/Float;", "Ljava/lang/Double;");
    /** Of any other class it is seen only in the value whether it fits. */
    private static final Set<String> DECIDED = Set.of(
            "C",
            "Ljava/lang/Character;",
            STRING,
            "Ljava/time/Instant;",
            "Ljava/time/LocalDate;",
            "Ljava/math/BigDecimal;",
            LIST,
            MAP);

    private JavaTypes() {}

    /** Whether values of any feature are passed as this. */
    static boolean isParameter(Signature java) {
        return PARAMETER.contains(erased(java));
    }

    /** Whether a method may give this. */
    static boolean isResult(Signature java) {
        String erased = erased(java);
        return !erased.equals("V") && !erased.equals("C");
    }

    /** Whether values of a feature's type are passed as this. */
    static boolean takes(FeatureType type, Signature java) {
        String erased = erased(java);
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> erased.equals("J") || erased.equals("Ljava/lang/Long;");
                    case FLOAT64 -> erased.equals("D") || erased.equals("Ljava/lang/Double;");
                    case BOOL -> erased.equals("Z") || erased.equals("Ljava/lang/Boolean;");
                    case STRING -> erased.equals(STRING);
                    case TIMESTAMP -> erased.equals("Ljava/time/Instant;");
                    case DATE -> erased.equals("Ljava/time/LocalDate;");
                    case BINARY -> erased.equals("[B");
                };
            case EnumType texts -> erased.equals(STRING);
            case DecimalType decimal -> erased.equals("Ljava/math/BigDecimal;");
            case ListType list -> erased.equals(LIST) && takesArgument(list.element(), java, 0);
            case StructType struct ->
                erased.equals(MAP) && takesArgument(FeatureType.STRING, java, 0) && takesAnything(java, 1);
            case VectorType vector ->
                switch (vector.element()) {
                    case FLOAT32 -> erased.equals("[F");
                    case FLOAT64 -> erased.equals("[D");
                };
        };
    }

    /** What parameters of a feature's type are, for messages. */
    static String expected(FeatureType type, boolean nullable) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> nullable ? "Long" : "long or Long";
                    case FLOAT64 -> nullable ? "Double" : "double or Double";
                    case BOOL -> nullable ? "Boolean" : "boolean or Boolean";
                    case STRING -> "String";
                    case TIMESTAMP -> "Instant";
                    case DATE -> "LocalDate";
                    case BINARY -> "byte[]";
                };
            case EnumType texts -> "String";
            case DecimalType decimal -> "BigDecimal";
            case ListType list -> "List<" + expected(list.element(), true) + ">";
            case StructType struct -> "Map<String, Object>";
            case VectorType vector ->
                switch (vector.element()) {
                    case FLOAT32 -> "float[]";
                    case FLOAT64 -> "double[]";
                };
        };
    }

    /** Whether something of this may be a value of a feature's type. */
    static boolean mayGive(FeatureType type, Signature java) {
        String erased = erased(java);
        boolean number = WHOLE.contains(erased) || REAL.contains(erased);
        boolean decided = number || DECIDED.contains(erased) || (erased.startsWith("[") && erased.length() == 2);
        if (!decided) {
            return true;
        }
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64, FLOAT64 -> number;
                    case BOOL -> erased.equals("Z") || erased.equals("Ljava/lang/Boolean;");
                    case STRING, TIMESTAMP, DATE, BINARY -> takes(type, java);
                };
            case EnumType texts -> erased.equals(STRING);
            case DecimalType decimal -> WHOLE.contains(erased) || erased.equals("Ljava/math/BigDecimal;");
            case ListType list -> erased.equals(LIST);
            case StructType struct -> erased.equals(MAP);
            case VectorType vector -> erased.equals("[F") || erased.equals("[D");
        };
    }

    /** A type as a person writes it. */
    static String text(Signature java) {
        return switch (java) {
            case Signature.BaseTypeSig base ->
                switch (base.baseType()) {
                    case 'J' -> "long";
                    case 'I' -> "int";
                    case 'S' -> "short";
                    case 'B' -> "byte";
                    case 'C' -> "char";
                    case 'Z' -> "boolean";
                    case 'F' -> "float";
                    case 'D' -> "double";
                    default -> "void";
                };
            case Signature.ArrayTypeSig array -> text(array.componentSignature()) + "[]";
            case Signature.TypeVarSig variable -> variable.identifier();
            case Signature.ClassTypeSig type -> {
                String name = type.className().substring(type.className().lastIndexOf('/') + 1);
                yield type.typeArgs().isEmpty()
                        ? name
                        : name + "<"
                                + String.join(
                                        ", ",
                                        type.typeArgs().stream()
                                                .map(JavaTypes::text)
                                                .toList())
                                + ">";
            }
        };
    }

    private static String text(Signature.TypeArg argument) {
        return argument instanceof Signature.TypeArg.Bounded bounded ? text(bounded.boundType()) : "?";
    }

    /** A descriptor, that of Object for a variable. */
    static String erased(Signature java) {
        return switch (java) {
            case Signature.BaseTypeSig base -> String.valueOf(base.baseType());
            case Signature.ArrayTypeSig array -> "[" + erased(array.componentSignature());
            case Signature.TypeVarSig variable -> OBJECT;
            case Signature.ClassTypeSig type -> type.classDesc().descriptorString();
        };
    }

    private static boolean takesArgument(FeatureType element, Signature java, int index) {
        if (takesAnything(java, index)) {
            return true;
        }
        return java instanceof Signature.ClassTypeSig type
                && type.typeArgs().get(index) instanceof Signature.TypeArg.Bounded bounded
                && takes(element, bounded.boundType());
    }

    private static boolean takesAnything(Signature java, int index) {
        if (!(java instanceof Signature.ClassTypeSig type) || type.typeArgs().size() <= index) {
            return true;
        }
        return !(type.typeArgs().get(index) instanceof Signature.TypeArg.Bounded bounded)
                || erased(bounded.boundType()).equals(OBJECT);
    }
}
