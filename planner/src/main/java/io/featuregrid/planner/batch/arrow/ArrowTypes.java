package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.ValueType;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** The one Arrow type of each type. */
public final class ArrowTypes {
    /** What other implementations of Arrow call the elements of a list. */
    private static final String ELEMENT = "item";

    private static final int DECIMAL_BITS = 128;

    private ArrowTypes() {}

    /** The Arrow type of values as they lie in memory: of decimals and nested values, whose type is not stated, binary. */
    public static ArrowType of(ColumnType type) {
        return switch (type) {
            case INT32 -> new ArrowType.Int(32, true);
            case INT64 -> new ArrowType.Int(64, true);
            case FLOAT64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case BOOL -> new ArrowType.Bool();
            case STRING -> new ArrowType.Utf8();
            case BINARY, DECIMAL, NESTED -> new ArrowType.Binary();
        };
    }

    /** A field of a type; nullable always, with all inside of it, since every value may be MISSING. */
    public static Field field(String name, ValueType type) {
        return type instanceof FeatureType declared
                ? declaredField(name, declared)
                : Field.nullable(name, of(type.columnType()));
    }

    private static Field declaredField(String name, FeatureType type) {
        return switch (type) {
            case ScalarType scalar -> Field.nullable(name, of(scalar.columnType()));
            case EnumType texts -> Field.nullable(name, of(texts.columnType()));
            case DecimalType decimal ->
                Field.nullable(name, new ArrowType.Decimal(decimal.precision(), decimal.scale(), DECIMAL_BITS));
            case ListType list -> nested(name, new ArrowType.List(), List.of(declaredField(ELEMENT, list.element())));
            case StructType struct -> {
                List<Field> children = new ArrayList<>();
                struct.fields().forEach(field -> children.add(declaredField(field.name(), field.type())));
                yield nested(name, new ArrowType.Struct(), children);
            }
            case VectorType vector ->
                nested(
                        name,
                        new ArrowType.FixedSizeList(vector.length()),
                        List.of(Field.nullable(ELEMENT, numbers(vector))));
        };
    }

    private static ArrowType numbers(VectorType type) {
        return new ArrowType.FloatingPoint(
                switch (type.element()) {
                    case FLOAT32 -> FloatingPointPrecision.SINGLE;
                    case FLOAT64 -> FloatingPointPrecision.DOUBLE;
                });
    }

    private static Field nested(String name, ArrowType type, List<Field> children) {
        return new Field(name, FieldType.nullable(type), children);
    }
}
