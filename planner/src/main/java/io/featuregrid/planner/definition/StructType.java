package io.featuregrid.planner.definition;

import io.featuregrid.planner.batch.ColumnType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Named values of types of their own, each of which may be null.
 *
 * @param fields at least one, names all different and such as features have
 */
public record StructType(List<Field> fields) implements FeatureType {
    /** One of the values. */
    public record Field(String name, FeatureType type) {}

    private static final int MOST_FIELDS = 1_000;

    public StructType {
        fields = List.copyOf(fields);
        if (fields.isEmpty() || fields.size() > MOST_FIELDS) {
            throw new IllegalArgumentException(
                    "a struct of " + fields.size() + " fields (expected 1 to " + MOST_FIELDS + ")");
        }
        Set<String> names = new HashSet<>();
        for (Field field : fields) {
            // Readers of the grid see fields as attributes, as they see features.
            if (!Names.wellFormed(field.name()) || Names.reserved(field.name())) {
                throw new IllegalArgumentException("a struct with the field '" + field.name() + "' (expected "
                        + Names.EXPECTED + ", and no word that clients cannot read as an attribute)");
            }
            if (!names.add(field.name())) {
                throw new IllegalArgumentException(
                        "a struct with the field '" + field.name() + "' twice (expected different names)");
            }
        }
    }

    static boolean keepsValues(StructType earlier, StructType later) {
        boolean keeps = earlier.fields.size() == later.fields.size();
        for (int index = 0; keeps && index < later.fields.size(); index++) {
            Field before = earlier.fields.get(index);
            Field now = later.fields.get(index);
            keeps = before.name().equals(now.name()) && FeatureType.keepsValues(before.type(), now.type());
        }
        return keeps;
    }

    @Override
    public String text() {
        return fields.stream()
                .map(field -> field.name() + ": " + field.type().text())
                .collect(Collectors.joining(", ", "struct<", ">"));
    }

    @Override
    public ColumnType columnType() {
        return ColumnType.NESTED;
    }
}
