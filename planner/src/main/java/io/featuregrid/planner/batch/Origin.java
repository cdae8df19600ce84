package io.featuregrid.planner.batch;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How an observation came in. */
public enum Origin {
    INGEST(1),
    UPLOAD(2),
    STREAM(3),
    BATCH(4),
    QUERY(5);

    private final int code;

    Origin(int code) {
        this.code = code;
    }

    /** Its number in stored stamps, 1 to 5. */
    public int code() {
        return code;
    }

    /** Its word in history tables and answers: {@code ingest}, {@code upload}, ... */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The origin of a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Origin ofCode(int code) {
        if (code < 1 || code > values().length) {
            throw new IllegalArgumentException("origin is " + code + " (expected 1 to " + values().length + ")");
        }
        return values()[code - 1];
    }

    /** The origin of a word, or empty if there is none. */
    public static Optional<Origin> ofText(String text) {
        return Arrays.stream(values())
                .filter(origin -> origin.text().equals(text))
                .findFirst();
    }
}
