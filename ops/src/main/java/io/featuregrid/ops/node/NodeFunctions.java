package io.featuregrid.ops.node;

import io.featuregrid.gridnode.python.PythonWorkers;
import io.featuregrid.gridnode.python.WorkerSettings;
import io.featuregrid.ops.config.FunctionSettings;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.execute.Artifacts;
import io.featuregrid.planner.execute.ExpressionRunner;
import io.featuregrid.planner.execute.FunctionResult;
import io.featuregrid.planner.execute.FunctionRunner;
import io.featuregrid.planner.execute.FunctionRunners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Everything by which a node runs functions. Safe for use by several threads. */
final class NodeFunctions implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final PythonWorkers python;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("function-", 0).factory());
    private final FunctionRunners runners;

    NodeFunctions(Path home, FunctionSettings settings, Artifacts artifacts) throws IOException {
        // What an earlier run of the node left.
        Folders.empty(home.resolve("workers"));
        this.python = new PythonWorkers(
                new WorkerSettings(
                        () -> command(settings),
                        PythonPackage.folder(),
                        home,
                        settings.workers(),
                        settings.workerBytes(),
                        IDLE),
                artifacts);
        FunctionRunner java = (call, deadline) -> FunctionResult.failed(
                call,
                ErrorCode.RESOLVER_FAILED,
                "'" + call.resolver().name() + "' is a Java method, which this node does not run");
        this.runners = new FunctionRunners(new ExpressionRunner(), python, java, threads, settings.timeoutMicros());
    }

    FunctionRunners runners() {
        return runners;
    }

    /**
     * What keeps functions of a proposal from being run, so that an apply can say it.
     *
     * @param places where each object was defined
     */
    List<Problem> problems(List<Resolver> resolvers, Map<String, String> places) {
        List<Problem> problems = new ArrayList<>();
        for (Resolver resolver : resolvers) {
            if (resolver.body() instanceof ResolverBody.PythonFunction) {
                python.problem(resolver).ifPresent(reason -> {
                    String place = places.get("resolver:" + resolver.name());
                    problems.add(new Problem(
                            ErrorCode.INVALID_QUERY,
                            (place == null ? "" : place + ": ") + reason,
                            null,
                            resolver.name()));
                });
            }
        }
        return problems;
    }

    @Override
    public void close() throws IOException {
        python.close();
        threads.shutdownNow();
    }

    private static String command(FunctionSettings settings) {
        if (!settings.python().isEmpty()) {
            return settings.python();
        }
        String given = System.getenv("FEATUREGRID_PYTHON");
        if (given != null && !given.isEmpty()) {
            return given;
        }
        Path own = PythonPackage.folder().resolve(".venv").resolve("bin").resolve("python");
        return Files.isExecutable(own) ? own.toString() : "python3";
    }
}
