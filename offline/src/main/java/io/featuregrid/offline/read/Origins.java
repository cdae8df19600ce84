package io.featuregrid.offline.read;

import io.featuregrid.planner.batch.Origin;
import java.nio.charset.StandardCharsets;

/** Origins as files have them: words. */
public final class Origins {
    private Origins() {}

    /**
     * The number of a word.
     *
     * @throws IllegalStateException if there is no such origin
     */
    public static int code(byte[] text) {
        String word = new String(text, StandardCharsets.UTF_8);
        return Origin.ofText(word)
                .orElseThrow(() -> new IllegalStateException("history has the origin \"" + word + "\" (expected one of "
                        + java.util.Arrays.toString(Origin.values()) + ")"))
                .code();
    }
}
