package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.gridnode.jar.FunctionInput;
import io.featuregrid.gridnode.jar.JarFunctions;
import io.featuregrid.gridnode.jar.JarProposal;
import io.featuregrid.gridnode.python.PythonWorkers;
import io.featuregrid.gridnode.python.WorkerSettings;
import io.featuregrid.ops.config.FunctionSettings;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeaturePath;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Proposal;
import io.featuregrid.planner.definition.ProposalReader;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.definition.ResolverInput;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.execute.Artifacts;
import io.featuregrid.planner.execute.ExpressionRunner;
import io.featuregrid.planner.execute.FunctionRunners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Everything by which a node runs functions. Safe for use by several threads. */
final class NodeFunctions implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final Artifacts artifacts;
    private final PythonWorkers python;
    private final JarFunctions java;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("function-", 0).factory());
    private final FunctionRunners runners;

    NodeFunctions(Path home, FunctionSettings settings, Artifacts artifacts) throws IOException {
        this.artifacts = artifacts;
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
        this.java = new JarFunctions(home, artifacts);
        this.runners = new FunctionRunners(new ExpressionRunner(), python, java, threads, settings.timeoutMicros());
    }

    FunctionRunners runners() {
        return runners;
    }

    /**
     * The proposal that a document states, with the functions of its jars.
     *
     * @throws FeatureGridException with every problem found
     */
    Proposal read(JsonNode document) {
        JarProposal.Expanded expanded = JarProposal.expand(document, artifacts);
        List<Problem> problems = new ArrayList<>(expanded.problems());
        Proposal proposal = null;
        try {
            proposal = ProposalReader.read(expanded.document());
        } catch (FeatureGridException refused) {
            problems.addAll(refused.problems());
        }
        if (proposal == null || !problems.isEmpty()) {
            throw new FeatureGridException(problems);
        }
        return proposal;
    }

    /**
     * What keeps functions of a catalog from being run, so that an apply can say it. Python functions that stood in the catalog before are
     * not looked at again.
     *
     * @param places where each object was defined
     */
    List<Problem> problems(Catalog before, Catalog next, Map<String, String> places) {
        List<Problem> problems = new ArrayList<>();
        for (Resolver resolver : next.functions().resolvers()) {
            Optional<String> reason = switch (resolver.body()) {
                case ResolverBody.Formula formula -> Optional.empty();
                case ResolverBody.PythonFunction function ->
                    before.functions().resolvers().contains(resolver) ? Optional.empty() : python.problem(resolver);
                // Other types of features may be what it cannot be run with.
                case ResolverBody.JavaMethod method ->
                    java.problem(resolver, inputs(resolver, next), outputs(resolver, next));
            };
            reason.ifPresent(text -> {
                String place = places.get("resolver:" + resolver.name());
                problems.add(new Problem(
                        ErrorCode.INVALID_QUERY, (place == null ? "" : place + ": ") + text, null, resolver.name()));
            });
        }
        return problems;
    }

    /** Has what only earlier catalogs need closed. */
    void newest(Catalog catalog) {
        java.newest(catalog.version());
    }

    private static List<FunctionInput> inputs(Resolver resolver, Catalog catalog) {
        return resolver.inputs().stream()
                .map(input -> switch (input) {
                    case ResolverInput.Now now -> new FunctionInput("now", FeatureType.TIMESTAMP, false);
                    case ResolverInput.Path path -> {
                        Feature feature =
                                FeaturePath.find(catalog.sets(), path.path()).feature();
                        yield new FunctionInput(
                                "'" + path.path() + "'",
                                feature.type(),
                                path.optional() || feature.values().nullable());
                    }
                })
                .toList();
    }

    private static List<Feature> outputs(Resolver resolver, Catalog catalog) {
        return resolver.outputs().stream()
                .map(output -> FeaturePath.find(catalog.sets(), resolver.set() + "." + output)
                        .feature())
                .toList();
    }

    @Override
    public void close() throws IOException {
        python.close();
        java.close();
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
