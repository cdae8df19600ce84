package io.featuregrid.offline.world;

import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Types of all kinds and seeded values of them, boxed. */
public final class RandomTypes {
    /** A type of each kind, and of each form that files have for it. */
    public static final List<FeatureType> ALL = List.of(
            FeatureType.INT64,
            FeatureType.FLOAT64,
            FeatureType.STRING,
            FeatureType.BOOL,
            FeatureType.TIMESTAMP,
            FeatureType.DATE,
            FeatureType.BINARY,
            FeatureType.parse("enum<a|b|\"c d\">"),
            FeatureType.parse("decimal(9,2)"),
            FeatureType.parse("decimal(18,0)"),
            FeatureType.parse("decimal(38,10)"),
            FeatureType.parse("list<int64>"),
            FeatureType.parse("list<list<string>>"),
            FeatureType.parse("vector<float32>(3)"),
            FeatureType.parse("vector<float64>(2)"),
            FeatureType.parse("struct<a: int64, b: string, c: list<decimal(20,3)>>"),
            FeatureType.parse("list<struct<day: date, at: timestamp, inner: struct<ok: bool, raw: binary>>>"),
            FeatureType.parse("list<vector<float32>(2)>"),
            FeatureType.parse("struct<x: float64, kind: enum<p|q>, small: decimal(4,4), big: decimal(15,5)>"));

    private RandomTypes() {}

    /** One of a few values that meet the edges of the type, with nulls and empties inside. */
    public static Object value(FeatureType type, Random random) {
        return switch (type) {
            case ScalarType scalar -> scalar(scalar, random);
            case EnumType texts ->
                texts.values().get(random.nextInt(texts.values().size()));
            case DecimalType decimal -> {
                int digits = random.nextInt(decimal.precision() + 1);
                BigInteger unscaled = digits == 0
                        ? BigInteger.ZERO
                        : BigInteger.TEN.pow(digits).subtract(BigInteger.ONE);
                if (random.nextBoolean()) {
                    unscaled = unscaled.divide(BigInteger.valueOf(random.nextInt(1, 1_000)));
                }
                yield new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), decimal.scale());
            }
            case ListType list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (int count = random.nextInt(4); count > 0; count--) {
                    elements.add(random.nextInt(4) == 0 ? null : value(list.element(), random));
                }
                yield elements;
            }
            case StructType struct -> {
                Map<String, @Nullable Object> fields = new HashMap<>();
                for (StructType.Field field : struct.fields()) {
                    fields.put(field.name(), random.nextInt(4) == 0 ? null : value(field.type(), random));
                }
                yield fields;
            }
            case VectorType vector -> vector(vector, random);
        };
    }

    private static Object scalar(ScalarType type, Random random) {
        return switch (type) {
            case INT64 -> random.nextInt(4) == 0 ? Long.MIN_VALUE : random.nextLong();
            case TIMESTAMP -> random.nextLong(-62_135_596_800_000_000L, 4_000_000_000_000_000L);
            case FLOAT64 -> random.nextInt(3) == 0 ? Double.NaN : random.nextInt(3) == 0 ? -0.0 : random.nextGaussian();
            case STRING -> "ä€😀".substring(0, random.nextInt(3)).repeat(random.nextInt(3));
            case BOOL -> random.nextBoolean();
            case DATE -> (long) random.nextInt(-700_000, 700_000);
            case BINARY -> {
                byte[] bytes = new byte[random.nextInt(5)];
                random.nextBytes(bytes);
                yield bytes;
            }
        };
    }

    private static Object vector(VectorType type, Random random) {
        float[] singles = new float[type.length()];
        double[] doubles = new double[type.length()];
        for (int index = 0; index < doubles.length; index++) {
            doubles[index] = random.nextInt(20) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian();
            singles[index] = (float) doubles[index];
        }
        return switch (type.element()) {
            case FLOAT32 -> singles;
            case FLOAT64 -> doubles;
        };
    }
}
