package io.featuregrid.ops.config;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What somebody meant who wrote a name that does not exist. */
final class Suggestion {
    private Suggestion() {}

    /** The nearest name if it is near: few letters differ, or its last word was written without the first. */
    static Optional<String> nearest(String written, List<String> names) {
        String plain = plain(written);
        Optional<String> last = names.stream()
                .filter(name -> plain(name).endsWith(plain) && !plain.isEmpty())
                .findFirst();
        if (last.isPresent()) {
            return last;
        }
        int near = Math.max(1, written.length() / 3);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(plain, plain(name))))
                .filter(name -> distance(plain, plain(name)) <= near);
    }

    private static String plain(String name) {
        return name.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Letters to insert, delete or change to make one of the other (Levenshtein 1966). */
    private static int distance(String left, String right) {
        int[] row = IntStream.rangeClosed(0, right.length()).toArray();
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int changed = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[right.length()];
    }
}
