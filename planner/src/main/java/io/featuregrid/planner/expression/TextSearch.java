package io.featuregrid.planner.expression;

import org.jspecify.annotations.Nullable;

/** Finds a part in texts, in time that grows with the text only, also for a long part that nearly occurs everywhere. */
final class TextSearch {
    private static final int SHORT = 32;

    private final String part;

    /** For each place of a long part, how long the part's own beginning is that ends there. */
    private final int @Nullable [] borders;

    TextSearch(String part) {
        this.part = part;
        this.borders = part.length() <= SHORT ? null : borders(part);
    }

    /** Where the part begins next, in UTF-16 units; -1 if nowhere. */
    int next(String text, int from) {
        if (borders == null) {
            return text.indexOf(part, from);
        }
        int matched = 0;
        for (int at = from; at < text.length(); at++) {
            while (matched > 0 && text.charAt(at) != part.charAt(matched)) {
                matched = borders[matched - 1];
            }
            if (text.charAt(at) == part.charAt(matched)) {
                matched++;
            }
            if (matched == part.length()) {
                return at - matched + 1;
            }
        }
        return -1;
    }

    private static int[] borders(String part) {
        int[] borders = new int[part.length()];
        int matched = 0;
        for (int at = 1; at < part.length(); at++) {
            while (matched > 0 && part.charAt(at) != part.charAt(matched)) {
                matched = borders[matched - 1];
            }
            if (part.charAt(at) == part.charAt(matched)) {
                matched++;
            }
            borders[at] = matched;
        }
        return borders;
    }
}
