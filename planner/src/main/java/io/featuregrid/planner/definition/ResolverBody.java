package io.featuregrid.planner.definition;

import io.featuregrid.planner.expression.Expression;
import java.util.List;

/** What a resolver runs. */
public sealed interface ResolverBody {
    /** A tree that the node computes itself; of several outputs its result is a tuple. */
    record Formula(Expression expression) implements ResolverBody {}

    /**
     * A function that runs in a Python worker.
     *
     * @param artifact the SHA-256, in hexadecimal, of a zip of the sources that it stands in
     * @param module the dotted name by which it is imported with the zip's root on the path
     * @param function its qualified name in the module
     * @param frame how rows reach it
     * @param requirements what pip installs for it, sorted
     * @param code a digest of everything that its results depend on: the resolver's version changes with it
     * @param reason why it is no formula, with {@code file:line} in front
     */
    record PythonFunction(
            String artifact,
            String module,
            String function,
            Frame frame,
            List<String> requirements,
            String code,
            String reason)
            implements ResolverBody {
        public PythonFunction {
            requirements = List.copyOf(requirements);
        }
    }

    /** How rows reach a Python function. */
    enum Frame {
        /** A call a row, with a value a parameter. */
        SCALAR,
        /** One call, with a numpy array a parameter. */
        NUMPY,
        /** One call, with a pandas Series a parameter. */
        PANDAS
    }

    /**
     * A static method of a jar.
     *
     * @param artifact the jar's SHA-256 in hexadecimal
     * @param type the class's binary name
     * @param method its name, which no other annotated method of the class has
     */
    record JavaMethod(String artifact, String type, String method) implements ResolverBody {}
}
