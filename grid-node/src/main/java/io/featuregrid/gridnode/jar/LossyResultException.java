package io.featuregrid.gridnode.jar;

/** A result that is none of its feature's type without loss. */
final class LossyResultException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String text;

    /** @param text what the value is and what was expected */
    LossyResultException(String text) {
        super(text, null, false, false);
        this.text = text;
    }

    String text() {
        return text;
    }
}
