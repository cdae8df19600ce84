package io.featuregrid.offline.world;

import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.TypedValues;
import java.util.List;
import java.util.Random;

/** Seeded cells out of small ranges, so that keys, times and values meet often. */
public final class RandomValues {
    /** The time around which everything happens, in microseconds. */
    public static final long START = 1_000_000_000L;

    private static final List<Long> INTEGERS = List.of(1L, 11L, 111L);
    private static final List<String> TEXTS = List.of("1", "11", "111");

    private final Random random;

    public RandomValues(long seed) {
        this.random = new Random(seed);
    }

    /** True so many times in a hundred. */
    public boolean percent(int share) {
        return random.nextInt(100) < share;
    }

    /** A number of {@code from..to}, both inside. */
    public int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    public long time(int from, int to) {
        return START + between(from, to);
    }

    /** A key value that others have too. */
    public Object key(FeatureType type) {
        boolean integers = type.equals(FeatureType.INT64);
        if (percent(4)) {
            return integers ? oneOf(List.of(-1L, 0L, Long.MIN_VALUE)) : oneOf(List.of("", "1\u0000", "\u00e9"));
        }
        return integers ? oneOf(INTEGERS) : oneOf(TEXTS);
    }

    /** A key value that no observation has. */
    public Object unknownKey(FeatureType type) {
        return type.equals(FeatureType.INT64) ? (Object) 1111L : "1111";
    }

    public Object value(FeatureType type) {
        return type instanceof ScalarType scalar && scalar != ScalarType.BINARY ? scalar(scalar) : bytes(type);
    }

    /** A value of any type as the bytes that it has in a column; of an enum as text. */
    private Object bytes(FeatureType type) {
        ColumnBuilder builder = new ColumnBuilder(type.columnType(), 1);
        TypedValues.set(type, builder, 0, RandomTypes.value(type, random));
        return Cell.at(builder.build(), 0);
    }

    private Object scalar(ScalarType type) {
        return switch (type) {
            case BINARY -> throw new IllegalArgumentException("bytes are made otherwise");
            case INT64 -> oneOf(List.of(-1L, 0L, 1L, 2L, Long.MIN_VALUE, Long.MAX_VALUE, random.nextLong()));
            case FLOAT64 ->
                oneOf(List.of(0.0, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, random.nextDouble()));
            case STRING -> oneOf(List.of("", "a", "\u00e4\u20ac\ud83d\ude00", "long ".repeat(30) + between(0, 9)));
            case BOOL -> percent(50);
            case TIMESTAMP -> percent(5) ? Long.MIN_VALUE : time(0, 30);
            case DATE -> oneOf(List.of(-1L, 0L, 19_000L, (long) Integer.MIN_VALUE, (long) Integer.MAX_VALUE));
        };
    }
}
