package io.featuregrid.planner.expression;

/** An evaluation was given up because nobody waits for it any more. */
public final class ExpiredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ExpiredException() {
        super("no time left", null, false, false);
    }
}
