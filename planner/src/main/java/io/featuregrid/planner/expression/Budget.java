package io.featuregrid.planner.expression;

import java.util.function.BooleanSupplier;

/** What an evaluation may use: steps, lengths of texts, time. For one thread; reset before every row. */
public final class Budget {
    /** Nodes of one row that may be passed. */
    public static final int MOST_STEPS = 1_000_000;

    /** Code points of a text that an expression makes. */
    public static final int MOST_TEXT = 1 << 20;

    private static final int STEPS_BETWEEN_LOOKS = 1_024;

    private final BooleanSupplier expired;
    private int steps;
    private int untilLook = STEPS_BETWEEN_LOOKS;

    /** @param expired whether there is no time left; asked every 1,024 steps, over all rows */
    public Budget(BooleanSupplier expired) {
        this.expired = expired;
    }

    /** Begins another row: it may use as many steps as the last. */
    public void reset() {
        steps = 0;
    }

    /**
     * Counts steps.
     *
     * @throws EvaluationException a RuntimeError if they are too many
     * @throws ExpiredException if there is no time left
     */
    void step(int count) {
        steps += count;
        if (steps > MOST_STEPS) {
            throw new EvaluationException("RuntimeError", "more than " + MOST_STEPS + " steps");
        }
        untilLook -= count;
        if (untilLook <= 0) {
            untilLook = STEPS_BETWEEN_LOOKS;
            if (expired.getAsBoolean()) {
                throw new ExpiredException();
            }
        }
    }

    /**
     * Asked before a text is made.
     *
     * @param length of it, in code points or less exactly
     * @throws EvaluationException a MemoryError if it is too long
     */
    void text(long length) {
        if (length > MOST_TEXT) {
            throw new EvaluationException("MemoryError", "a text of more than " + MOST_TEXT + " characters");
        }
        step((int) (length >> 12) + 1);
    }
}
