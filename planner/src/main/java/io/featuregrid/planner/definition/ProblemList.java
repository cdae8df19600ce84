package io.featuregrid.planner.definition;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Everything that is wrong with a proposal, each with the place of its definition in front. */
final class ProblemList {
    private static final String RESOLVER = "resolver:";

    private final Map<String, String> sources;
    private final List<Problem> problems = new ArrayList<>();

    ProblemList(Map<String, String> sources) {
        this.sources = sources;
    }

    /** Notes a problem of an object: a set, {@code set.feature}, {@code set.relation} or {@code resolver:name}. */
    void add(ErrorCode code, String object, String message) {
        String source = sources.getOrDefault(object, sources.get(ownerOf(object)));
        if (source == null && object.startsWith(RESOLVER)) {
            source = sources.get(object.substring(RESOLVER.length()));
        }
        String text = source == null ? message : source + ": " + message;
        if (object.startsWith(RESOLVER)) {
            problems.add(new Problem(code, text, null, object.substring(RESOLVER.length())));
        } else {
            problems.add(
                    object.contains(".") && !object.contains(":")
                            ? new Problem(code, text, object)
                            : new Problem(code, text));
        }
    }

    /** Notes what an inner check threw. */
    void add(String object, FeatureGridException refusal) {
        for (Problem problem : refusal.problems()) {
            add(problem.code(), object, problem.message());
        }
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    @Override
    public String toString() {
        return problems.toString();
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new FeatureGridException(problems);
        }
    }

    private static String ownerOf(String object) {
        int dot = object.indexOf('.');
        return dot < 0 ? object : object.substring(0, dot);
    }
}
