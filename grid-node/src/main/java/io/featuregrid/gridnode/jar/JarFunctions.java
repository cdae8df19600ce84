package io.featuregrid.gridnode.jar;

import io.featuregrid.gridnode.cluster.LocalArtifacts;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.execute.Artifacts;
import io.featuregrid.planner.execute.Deadline;
import io.featuregrid.planner.execute.FunctionCall;
import io.featuregrid.planner.execute.FunctionResult;
import io.featuregrid.planner.execute.FunctionRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs methods of jars in threads of this process, a row a call. A jar sees the Java platform and the annotations, no class of the node; but
 * Java can neither be limited nor ended from outside: a method that does not return keeps its thread, and one that takes all memory ends the
 * node. Safe for use by several threads.
 */
public final class JarFunctions implements FunctionRunner, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JarFunctions.class);

    private final LoadedJars jars;
    private final MethodThreads threads = new MethodThreads();

    /** @param home the node's folder; {@code artifacts} in it is made by this */
    public JarFunctions(Path home, Artifacts artifacts) {
        this.jars = new LoadedJars(new LocalArtifacts(artifacts, home.resolve("artifacts")));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Of a call that was not done in time every row fails.
     */
    @Override
    public FunctionResult run(FunctionCall call, Deadline deadline) {
        ResolverBody.JavaMethod body = method(call.resolver());
        LoadedJars.Use use;
        try {
            use = jars.take(call.catalogVersion(), body.artifact());
        } catch (RuntimeException failure) {
            return notRun(call, failure);
        }
        MethodRows rows;
        try {
            List<FunctionInput> inputs = new ArrayList<>();
            for (int index = 0; index < call.inputTypes().size(); index++) {
                // Whether null comes was looked at when the catalog was applied, and is once more in each row.
                inputs.add(new FunctionInput(
                        "input " + (index + 1), call.inputTypes().get(index), false));
            }
            BoundMethod bound = use.jar().method(call.resolver().name(), body, inputs, call.outputs());
            rows = new MethodRows(call, bound, use.jar());
        } catch (ReflectiveOperationException | IOException | RuntimeException | LinkageError failure) {
            jars.release(use);
            return notRun(call, failure);
        }
        return threads.run(call, rows::run, use.jar().threads(), deadline, () -> jars.release(use));
    }

    /**
     * Whether a method can be run: it is in its jar, its class can be loaded, and its parameters and its result fit the features. No code of
     * the jar is run.
     *
     * @param inputs of each parameter
     * @param outputs a feature for each output
     * @return why it cannot; empty if it can
     */
    public Optional<String> problem(Resolver resolver, List<FunctionInput> inputs, List<Feature> outputs) {
        ResolverBody.JavaMethod body = method(resolver);
        String place = body.type() + "." + body.method() + ": ";
        try (LoadedJar jar = jars.load(body.artifact())) {
            jar.method(resolver.name(), body, inputs, outputs);
            return Optional.empty();
        } catch (IllegalArgumentException misfit) {
            return Optional.of(place + misfit.getMessage());
        } catch (ReflectiveOperationException | IOException | RuntimeException | LinkageError failure) {
            return Optional.of(place + "it cannot be loaded: " + failure);
        }
    }

    /** Has the class loaders of earlier catalog versions closed, each once its last call has ended. */
    public void newest(int catalogVersion) {
        jars.newest(catalogVersion);
    }

    /** The class loaders that are open. */
    List<ClassLoader> loaders() {
        return jars.loaders();
    }

    @Override
    public void close() {
        jars.close();
    }

    private static FunctionResult notRun(FunctionCall call, Throwable failure) {
        LOG.warn("'{}' cannot be run", call.resolver().name(), failure);
        String reason = failure instanceof IllegalArgumentException || failure instanceof IllegalStateException
                ? failure.getMessage()
                : failure.toString();
        return FunctionResult.failed(
                call, ErrorCode.RESOLVER_FAILED, "'" + call.resolver().name() + "' cannot be run: " + reason);
    }

    private static ResolverBody.JavaMethod method(Resolver resolver) {
        if (resolver.body() instanceof ResolverBody.JavaMethod method) {
            return method;
        }
        throw new IllegalArgumentException("'" + resolver.name() + "' is no Java function");
    }
}
