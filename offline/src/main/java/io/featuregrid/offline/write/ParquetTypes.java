package io.featuregrid.offline.write;

import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.iceberg.types.Types.ListType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/** The Parquet types of a table's columns, as Iceberg's specification has them: its field ids, lists in three levels, decimals by size. */
final class ParquetTypes {
    private static final int DIGITS_IN_INT = 9;
    private static final int DIGITS_IN_LONG = 18;

    private ParquetTypes() {}

    /**
     * The Parquet type of a column.
     *
     * @throws IllegalArgumentException for a type that no column of ours has
     */
    static Type of(NestedField field, boolean required) {
        Repetition repetition = required ? Repetition.REQUIRED : Repetition.OPTIONAL;
        return switch (field.type().typeId()) {
            case LIST -> {
                ListType list = field.type().asListType();
                NestedField element = list.fields().getFirst();
                yield Types.list(repetition)
                        .element(of(element, element.isRequired()))
                        .id(field.fieldId())
                        .named(field.name());
            }
            case STRUCT -> {
                Types.GroupBuilder<GroupType> group = Types.buildGroup(repetition);
                for (NestedField inside : field.type().asStructType().fields()) {
                    group.addField(of(inside, inside.isRequired()));
                }
                yield group.id(field.fieldId()).named(field.name());
            }
            default -> primitive(field, repetition).id(field.fieldId()).named(field.name());
        };
    }

    private static Types.PrimitiveBuilder<PrimitiveType> primitive(NestedField field, Repetition repetition) {
        return switch (field.type().typeId()) {
            case INTEGER -> Types.primitive(PrimitiveTypeName.INT32, repetition);
            case LONG -> Types.primitive(PrimitiveTypeName.INT64, repetition);
            case FLOAT -> Types.primitive(PrimitiveTypeName.FLOAT, repetition);
            case DOUBLE -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition);
            case TIMESTAMP ->
                Types.primitive(PrimitiveTypeName.INT64, repetition)
                        .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS));
            case DATE -> Types.primitive(PrimitiveTypeName.INT32, repetition).as(LogicalTypeAnnotation.dateType());
            case BOOLEAN -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition);
            case STRING -> Types.primitive(PrimitiveTypeName.BINARY, repetition).as(LogicalTypeAnnotation.stringType());
            case BINARY -> Types.primitive(PrimitiveTypeName.BINARY, repetition);
            case DECIMAL -> decimal((DecimalType) field.type(), repetition);
            default -> throw new IllegalArgumentException("history column of Iceberg type " + field.type());
        };
    }

    private static Types.PrimitiveBuilder<PrimitiveType> decimal(DecimalType type, Repetition repetition) {
        Types.PrimitiveBuilder<PrimitiveType> builder;
        if (type.precision() <= DIGITS_IN_INT) {
            builder = Types.primitive(PrimitiveTypeName.INT32, repetition);
        } else if (type.precision() <= DIGITS_IN_LONG) {
            builder = Types.primitive(PrimitiveTypeName.INT64, repetition);
        } else {
            builder = Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
                    .length(TypeUtil.decimalRequiredBytes(type.precision()));
        }
        return builder.as(LogicalTypeAnnotation.decimalType(type.scale(), type.precision()));
    }
}
