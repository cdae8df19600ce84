package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.TableLayout;
import io.featuregrid.planner.batch.ColumnType;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * A column of a data file.
 *
 * @param field the table's column: name, id and type, with the ids of all that is inside of it
 * @param required whether every row has a value
 * @param ordered whether values grow along the file or nearly so: those are stored as differences, not in a dictionary
 */
record FileColumn(Types.NestedField field, boolean required, boolean ordered) {
    String name() {
        return field.name();
    }

    /** How the values lie in memory. */
    ColumnType type() {
        return TableLayout.columnType(field.type());
    }

    Type icebergType() {
        return field.type();
    }

    /** Iceberg's id, by which readers find the column. */
    int fieldId() {
        return field.fieldId();
    }

    org.apache.parquet.schema.Type parquetType() {
        return ParquetTypes.of(field, required);
    }
}
