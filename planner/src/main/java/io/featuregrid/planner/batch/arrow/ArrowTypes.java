package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.ColumnType;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** The one Arrow type of each column type. */
public final class ArrowTypes {
    private ArrowTypes() {}

    public static ArrowType of(ColumnType type) {
        return switch (type) {
            case INT32 -> new ArrowType.Int(32, true);
            case INT64 -> new ArrowType.Int(64, true);
            case FLOAT64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case BOOL -> new ArrowType.Bool();
            case STRING -> new ArrowType.Utf8();
            case BINARY -> new ArrowType.Binary();
        };
    }

    /** A field of that type; nullable always, since every value may be MISSING. */
    public static Field field(String name, ColumnType type) {
        return Field.nullable(name, of(type));
    }
}
