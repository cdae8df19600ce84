package io.featuregrid.ops.cli;

import io.featuregrid.ops.node.NodeAddress;
import io.featuregrid.ops.node.RunningNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * A command that the Python package carries out. What it may be given is declared here, so that its help and its
 * mistakes need no Python; what it was given is passed on as it was written.
 */
abstract class PythonCommand implements Callable<Integer> {
    private static final Set<String> NOT_PASSED_ON = Set.of("--home", "--url", "--help", "--token", "--tls-root-certs");
    private static final String ROOT_CERTIFICATES = "FEATUREGRID_TLS_ROOT_CERTS";
    private static final long INTERRUPT_SECONDS = 3;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private HomeOption home = new HomeOption();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The node's HTTP port, like http://127.0.0.1:8080. Default: the node of --home if that is given, else"
                            + " FEATUREGRID_URL, else the node of the home folder.")
    private @Nullable String url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "A token that the node knows. Default: FEATUREGRID_TOKEN, which others on this machine cannot see.")
    private @Nullable String token;

    @Option(
            names = "--tls-root-certs",
            paramLabel = "FILE",
            description =
                    "Certificates in PEM, one of which vouches for the node's. Default: FEATUREGRID_TLS_ROOT_CERTS,"
                            + " else that of the home folder's node, else those of the system.")
    private @Nullable Path rootCertificates;

    @Mixin
    @SuppressWarnings("UnusedVariable")
    private JsonOption json = new JsonOption();

    private final Object life = new Object();
    private @Nullable Process child;
    private boolean ending;

    @Override
    public final Integer call() throws IOException, InterruptedException {
        // Before the child: a signal that comes while it starts has to find the hook.
        Runtime.getRuntime().addShutdownHook(new Thread(this::endChild, "end-python"));
        ProcessBuilder program = PythonProgram.with(arguments()).inheritIO();
        addAccess(program.environment());
        return start(program).waitFor();
    }

    private Process start(ProcessBuilder builder) throws IOException {
        synchronized (life) {
            if (ending) {
                throw new FeatureGridException(ErrorCode.CANCELLED, "interrupted");
            }
            Process started = builder.start();
            child = started;
            return started;
        }
    }

    /** By environment: arguments of a process are no secret. */
    private void addAccess(Map<String, String> environment) {
        if (token != null) {
            environment.put("FEATUREGRID_TOKEN", token);
        }
        if (rootCertificates != null) {
            environment.put(ROOT_CERTIFICATES, rootCertificates.toAbsolutePath().toString());
        } else if (environment.getOrDefault(ROOT_CERTIFICATES, "").isEmpty()) {
            homeNode()
                    .flatMap(NodeAddress::certificate)
                    .ifPresent(file -> environment.put(ROOT_CERTIFICATES, file.toString()));
        }
    }

    private List<String> arguments() {
        List<String> arguments =
                new ArrayList<>(List.of("-m", "featuregrid.command_line", spec.name(), "--url", address()));
        ParseResult given = spec.commandLine().getParseResult();
        // An option that is given twice is listed twice, each time with all of its values.
        for (OptionSpec option : new LinkedHashSet<>(given.matchedOptions())) {
            if (NOT_PASSED_ON.contains(option.longestName())) {
                continue;
            }
            if (option.arity().max() == 0) {
                arguments.add(option.longestName());
            } else {
                option.originalStringValues().forEach(value -> arguments.add(option.longestName() + "=" + value));
            }
        }
        arguments.add("--");
        for (PositionalParamSpec parameter : given.matchedPositionals()) {
            arguments.addAll(parameter.originalStringValues());
        }
        return arguments;
    }

    private String address() {
        Optional<String> given = givenAddress();
        return given.or(() -> homeNode().map(NodeAddress::url))
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.UPSTREAM_FAILED,
                        "no node runs in " + home.folder()
                                + " (start one with `featuregrid start`, or name one with --home or --url)"));
    }

    private Optional<String> givenAddress() {
        String environment = home.isGiven() ? null : System.getenv("FEATUREGRID_URL");
        return Optional.ofNullable(url)
                .or(() -> Optional.ofNullable(environment).filter(text -> !text.isEmpty()));
    }

    /** The node of the home folder, if that is the one that is meant. */
    private Optional<NodeAddress> homeNode() {
        return givenAddress().isPresent()
                ? Optional.empty()
                : RunningNode.find(home.folder()).flatMap(RunningNode::address);
    }

    /** Ctrl-C reaches the child too, which then has something to say; a signal to this process alone does not. */
    private void endChild() {
        synchronized (life) {
            ending = true;
            if (child == null) {
                return;
            }
            try {
                if (!child.waitFor(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                    child.destroy();
                    if (!child.waitFor(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                        child.destroyForcibly();
                    }
                }
            } catch (InterruptedException interrupted) {
                child.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
