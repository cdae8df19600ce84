package io.featuregrid.planner.expression;

/** What an expression raises instead of having a value. Without a stack trace: the expression is not code of the node. */
public final class EvaluationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String exception;

    /**
     * @param exception the name that CPython has for it: {@code ValueError}
     * @param message as CPython would say it, or nearly
     */
    public EvaluationException(String exception, String message) {
        super(message, null, false, false);
        this.exception = exception;
    }

    /** The name that CPython has for it. */
    public String exception() {
        return exception;
    }

    /** What it says, never null. */
    public String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    static EvaluationException type(String message) {
        return new EvaluationException("TypeError", message);
    }

    static EvaluationException value(String message) {
        return new EvaluationException("ValueError", message);
    }

    static EvaluationException zero(String message) {
        return new EvaluationException("ZeroDivisionError", message);
    }

    static EvaluationException overflow(String message) {
        return new EvaluationException("OverflowError", message);
    }

    /** An int beyond what a feature can hold: CPython would go on, a formula never wraps. */
    static EvaluationException beyond() {
        return overflow("int beyond 64 bits");
    }

    static EvaluationException attribute(Value value, String name) {
        return new EvaluationException(
                "AttributeError", "'" + TypeNames.shortOf(value.kind()) + "' object has no attribute '" + name + "'");
    }
}
