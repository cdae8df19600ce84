package io.featuregrid.offline.layout;

import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** The schema, the partitions and the properties of the history table of a feature set. */
public final class TableLayout {
    /** Fixed when a table is created. */
    public static final int BUCKETS = 16;

    private static final String FIELD_PROPERTY = "field.";

    /** The first id of what is inside of a type that no table has yet. */
    private static final int PLACEHOLDER = 1;

    private TableLayout() {}

    /** The name of the table property that holds the Iceberg field id of a feature. */
    public static String fieldProperty(int featureNumber) {
        return FIELD_PROPERTY + featureNumber;
    }

    /** The feature number of such a property; empty for another property. */
    public static Optional<Integer> featureOfProperty(String property) {
        return property.startsWith(FIELD_PROPERTY)
                ? Optional.of(Integer.parseInt(property.substring(FIELD_PROPERTY.length())))
                : Optional.empty();
    }

    /** The schema of a table that carries no feature yet: keys and system columns. */
    public static Schema initialSchema(FeatureSet set) {
        List<Types.NestedField> fields = new ArrayList<>();
        for (Feature key : set.keyFeatures()) {
            fields.add(required(fields, key.name(), icebergType(key.type())));
        }
        fields.add(required(fields, SystemColumns.OBSERVED_AT, Types.TimestampType.withZone()));
        fields.add(required(fields, SystemColumns.INSERTED_AT, Types.TimestampType.withZone()));
        fields.add(required(fields, SystemColumns.SEQUENCE, Types.LongType.get()));
        fields.add(required(fields, SystemColumns.ORIGIN, Types.StringType.get()));
        fields.add(required(fields, SystemColumns.TOMBSTONE, Types.BooleanType.get()));
        fields.add(required(fields, SystemColumns.CARRY, Types.IntegerType.get()));
        if (hasBucketColumn(set)) {
            fields.add(required(fields, SystemColumns.BUCKET, Types.IntegerType.get()));
        }
        return new Schema(fields);
    }

    /** Whether the bucket is a column: where the key has not exactly one, which Iceberg's transform could hash. */
    public static boolean hasBucketColumn(FeatureSet set) {
        return set.key().size() != 1;
    }

    public static PartitionSpec partitions(FeatureSet set, Schema schema) {
        PartitionSpec.Builder spec = PartitionSpec.builderFor(schema).identity(SystemColumns.CARRY);
        return (hasBucketColumn(set)
                        ? spec.identity(SystemColumns.BUCKET)
                        : spec.bucket(set.key().getFirst(), BUCKETS))
                .build();
    }

    /**
     * Properties of a new table. Iceberg's own commit retries are off: after a conflict the properties that make writes exactly-once have
     * to be read again first.
     */
    public static Map<String, String> initialProperties() {
        return Map.of(
                "format-version", "2",
                "commit.retry.num-retries", "0",
                "write.metadata.delete-after-commit.enabled", "true",
                "write.metadata.previous-versions-max", "20");
    }

    /**
     * The Iceberg type of a feature's column. Elements and fields inside of it may be null, the numbers of a vector not; their field ids
     * are placeholders, since a table gives its own.
     */
    public static Type icebergType(FeatureType type) {
        return switch (type) {
            case ScalarType scalar ->
                switch (scalar) {
                    case INT64 -> Types.LongType.get();
                    case FLOAT64 -> Types.DoubleType.get();
                    case TIMESTAMP -> Types.TimestampType.withZone();
                    case DATE -> Types.DateType.get();
                    case BOOL -> Types.BooleanType.get();
                    case STRING -> Types.StringType.get();
                    case BINARY -> Types.BinaryType.get();
                };
            case EnumType texts -> Types.StringType.get();
            case DecimalType decimal -> Types.DecimalType.of(decimal.precision(), decimal.scale());
            case ListType list -> Types.ListType.ofOptional(PLACEHOLDER, icebergType(list.element()));
            case StructType struct -> {
                List<Types.NestedField> fields = new ArrayList<>();
                for (StructType.Field field : struct.fields()) {
                    fields.add(Types.NestedField.optional(
                            PLACEHOLDER + fields.size(), field.name(), icebergType(field.type())));
                }
                yield Types.StructType.of(fields);
            }
            case VectorType vector ->
                Types.ListType.ofRequired(
                        PLACEHOLDER,
                        switch (vector.element()) {
                            case FLOAT32 -> Types.FloatType.get();
                            case FLOAT64 -> Types.DoubleType.get();
                        });
        };
    }

    /**
     * The column type of an Iceberg type.
     *
     * @throws IllegalArgumentException for a type that no column of ours has
     */
    public static ColumnType columnType(Type type) {
        return switch (type.typeId()) {
            case INTEGER -> ColumnType.INT32;
            case LONG -> ColumnType.INT64;
            case DOUBLE -> ColumnType.FLOAT64;
            case TIMESTAMP -> ColumnType.TIMESTAMP;
            case DATE -> ColumnType.DATE;
            case BOOLEAN -> ColumnType.BOOL;
            case STRING -> ColumnType.STRING;
            case BINARY -> ColumnType.BINARY;
            case DECIMAL -> ColumnType.DECIMAL;
            case LIST, STRUCT -> ColumnType.NESTED;
            default -> throw new IllegalArgumentException("history column of Iceberg type " + type);
        };
    }

    private static Types.NestedField required(List<Types.NestedField> earlier, String name, Type type) {
        return Types.NestedField.required(earlier.size() + 1, name, type);
    }
}
