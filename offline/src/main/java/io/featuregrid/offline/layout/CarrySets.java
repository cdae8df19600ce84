package io.featuregrid.offline.layout;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The carry sets of a table: which features the observations of a file carry. Numbered 0 to 62 in order of first use; those that come
 * later share {@link #SHARED}. Not safe for several threads.
 */
public final class CarrySets {
    /** Observations by which all features are MISSING. */
    public static final int TOMBSTONE_OF_ALL = -1;
    /** Files whose rows say one by one what they carry. */
    public static final int SHARED = 63;

    private static final String PROPERTY = "carry.";

    private final Map<List<Integer>, Integer> numbers = new HashMap<>();

    private CarrySets() {}

    /** The carry sets that a table's properties state. */
    public static CarrySets read(Map<String, String> properties) {
        CarrySets sets = new CarrySets();
        properties.forEach((name, value) -> {
            if (name.startsWith(PROPERTY)) {
                sets.numbers.put(features(value), Integer.parseInt(name.substring(PROPERTY.length())));
            }
        });
        return sets;
    }

    /**
     * The number of a carry set, a new one if it has none yet.
     *
     * @param features ascending feature numbers
     */
    public int number(List<Integer> features) {
        Integer known = numbers.get(features);
        if (known != null) {
            return known;
        }
        int next = numbers.isEmpty() ? 0 : Collections.max(numbers.values()) + 1;
        if (next >= SHARED) {
            return SHARED;
        }
        numbers.put(List.copyOf(features), next);
        return next;
    }

    /** Takes over the numbers that were given earlier and are not known by now, except those that have another meaning by now. */
    void remember(CarrySets earlier) {
        earlier.numbers.forEach((features, number) -> {
            if (!numbers.containsKey(features) && features(number).isEmpty()) {
                numbers.put(features, number);
            }
        });
    }

    /** Whether a number stands for these features and for no others, or is free and they have no other number. */
    boolean agrees(int number, List<Integer> features) {
        Integer known = numbers.get(features);
        return known == null ? features(number).isEmpty() : known == number;
    }

    /** The features of a numbered carry set; empty for a number that is none. */
    public Optional<List<Integer>> features(int number) {
        return numbers.entrySet().stream()
                .filter(entry -> entry.getValue() == number)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The name of the table property of a carry set. */
    public static String property(int number) {
        return PROPERTY + number;
    }

    /** The text of the table property of a carry set. */
    public static String text(List<Integer> features) {
        return features.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** The bytes of {@link SystemColumns#CARRIED}. */
    public static byte[] carriedBytes(List<Integer> features) {
        BitSet bits = new BitSet();
        features.forEach(feature -> bits.set(feature - 1));
        return bits.toByteArray();
    }

    /** Whether the bytes of {@link SystemColumns#CARRIED} have a feature. */
    public static boolean carries(byte[] carried, int feature) {
        int index = (feature - 1) >> 3;
        return index < carried.length && (carried[index] >> ((feature - 1) & 7) & 1) != 0;
    }

    private static List<Integer> features(String text) {
        List<Integer> features = new ArrayList<>();
        for (String feature : Splitter.on(',').trimResults().omitEmptyStrings().split(text)) {
            features.add(Integer.parseInt(feature));
        }
        return List.copyOf(features);
    }
}
