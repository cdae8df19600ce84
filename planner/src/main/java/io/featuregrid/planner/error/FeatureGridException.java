package io.featuregrid.planner.error;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A refused request: one problem or several. The cause, if any, stays on the server. */
public final class FeatureGridException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * A refusal for several reasons.
     *
     * @param problems at least one; the first decides the status of the answer
     */
    public FeatureGridException(List<Problem> problems, @Nullable Throwable cause) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")), cause);
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("no problem given (expected at least one)");
        }
        this.problems = List.copyOf(problems);
    }

    public FeatureGridException(List<Problem> problems) {
        this(problems, null);
    }

    public FeatureGridException(ErrorCode code, String message) {
        this(List.of(new Problem(code, message)), null);
    }

    public FeatureGridException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(List.of(new Problem(code, message)), cause);
    }

    /** An error that concerns one feature, named in full. */
    public static FeatureGridException of(ErrorCode code, String feature, String message) {
        return new FeatureGridException(List.of(new Problem(code, message, feature)), null);
    }

    public List<Problem> problems() {
        return problems;
    }

    public Problem first() {
        return problems.getFirst();
    }
}
