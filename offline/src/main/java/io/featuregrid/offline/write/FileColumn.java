package io.featuregrid.offline.write;

import io.featuregrid.planner.batch.ColumnType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/**
 * A column of a data file.
 *
 * @param fieldId Iceberg's id, by which readers find the column
 * @param required whether every row has a value
 * @param ordered whether values grow along the file or nearly so: those are stored as differences, not in a dictionary
 */
record FileColumn(String name, ColumnType type, int fieldId, boolean required, boolean ordered) {
    PrimitiveType parquetType() {
        Repetition repetition = required ? Repetition.REQUIRED : Repetition.OPTIONAL;
        Types.PrimitiveBuilder<PrimitiveType> builder = switch (type) {
            case INT32 -> Types.primitive(PrimitiveTypeName.INT32, repetition);
            case INT64 -> Types.primitive(PrimitiveTypeName.INT64, repetition);
            case FLOAT64 -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition);
            case TIMESTAMP ->
                Types.primitive(PrimitiveTypeName.INT64, repetition)
                        .as(LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MICROS));
            case DATE -> Types.primitive(PrimitiveTypeName.INT32, repetition).as(LogicalTypeAnnotation.dateType());
            case BOOL -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition);
            case STRING -> Types.primitive(PrimitiveTypeName.BINARY, repetition).as(LogicalTypeAnnotation.stringType());
            case BINARY -> Types.primitive(PrimitiveTypeName.BINARY, repetition);
        };
        return builder.id(fieldId).named(name);
    }
}
