package io.featuregrid.ops.cli;

import io.featuregrid.ops.node.NodeAddress;
import io.featuregrid.ops.node.NodeLaunch;
import io.featuregrid.ops.node.RunningNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The start of a node in a process of its own, which outlives this one and its terminal. */
final class DetachedStart {
    private static final long READY_SECONDS = 120;
    private static final long LOOK_MILLIS = 50;
    private static final int LOG_LINES = 20;
    /** A larger log is put aside at the next start. */
    private static final long LOG_BYTES = 16 << 20;

    private static final Pattern REASON = Pattern.compile("[A-Z_]{4,}: .*");

    private final NodeLaunch launch;
    private final Path log;
    private final Object life = new Object();
    private @Nullable Process child;
    private boolean ready;
    private boolean abandoned;
    private long loggedBefore;

    DetachedStart(NodeLaunch launch) {
        this.launch = launch;
        this.log = launch.home().resolve("logs").resolve("node.log");
    }

    /**
     * Starts the node and waits until it is ready.
     *
     * @throws FeatureGridException CONFLICT if a node lives in the home already; UPSTREAM_FAILED if this one does not become ready
     */
    NodeAddress run() throws IOException, InterruptedException {
        Optional<RunningNode> living = RunningNode.find(launch.home());
        if (living.isPresent()) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "a node (process " + living.get().pid() + ") runs in " + launch.home()
                            + " already (stop it with `featuregrid stop`, or name another --home)");
        }
        Files.createDirectories(launch.home().resolve("logs"));
        if (logged() > LOG_BYTES) {
            Files.move(log, log.resolveSibling("node.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        loggedBefore = logged();
        // Before the child: a signal that comes while it starts has to find the hook.
        Runtime.getRuntime().addShutdownHook(new Thread(this::abandon, "abandon"));
        NodeAddress address = awaitReady(start(new ProcessBuilder(command())
                .directory(launch.home().toFile())
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true)));
        synchronized (life) {
            ready = true;
        }
        return address;
    }

    private Process start(ProcessBuilder builder) throws IOException {
        synchronized (life) {
            if (abandoned) {
                throw new FeatureGridException(ErrorCode.CANCELLED, "interrupted");
            }
            Process started = builder.start();
            child = started;
            return started;
        }
    }

    /** A node that nobody was told of does not stay. */
    private void abandon() {
        synchronized (life) {
            abandoned = true;
            if (child != null && !ready) {
                child.destroy();
            }
        }
    }

    private NodeAddress awaitReady(Process node) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (System.nanoTime() < deadline) {
            // Waits for the node's end, so that a failed start is told at once.
            if (node.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                throw failed("the node ended with status " + node.exitValue() + " while it started");
            }
            Optional<RunningNode> found = RunningNode.find(launch.home());
            if (found.isPresent()
                    && found.get().address().isPresent()
                    && found.get().reasonNotReady().isEmpty()) {
                return found.get().address().get();
            }
        }
        node.destroy();
        if (!node.waitFor(READY_SECONDS, TimeUnit.SECONDS)) {
            node.destroyForcibly();
        }
        throw failed("the node was not ready within " + READY_SECONDS + " s and is stopped");
    }

    /** The reason that the node wrote itself, if it wrote one; what else its log says is shown before. */
    private FeatureGridException failed(String what) throws IOException {
        List<String> lines;
        try (InputStream stream = Files.newInputStream(log)) {
            stream.skipNBytes(loggedBefore);
            lines = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        List<String> end = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
        end.forEach(System.err::println);
        String reason = end.stream()
                .filter(line -> REASON.matcher(line).matches())
                .reduce((first, last) -> last)
                .map(line -> ": " + line)
                .orElse("");
        return new FeatureGridException(ErrorCode.UPSTREAM_FAILED, what + reason + " (see " + log + ")");
    }

    private long logged() throws IOException {
        return Files.exists(log) ? Files.size(log) : 0;
    }

    /** This process's own Java, flags and class path; in a session of its own, where no terminal's signals reach. */
    private List<String> command() {
        List<String> command = new ArrayList<>();
        if (isOnPath("setsid")) {
            command.add("setsid");
        }
        command.add(ProcessHandle.current()
                .info()
                .command()
                .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "start", "--json"));
        command.addAll(List.of("--home", launch.home().toString()));
        Path config = launch.config();
        if (config != null) {
            command.addAll(List.of("--config", config.toString()));
        }
        launch.assignments().forEach(assignment -> command.addAll(List.of("--set", assignment)));
        return command;
    }

    private static boolean isOnPath(String program) {
        for (String folder :
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
