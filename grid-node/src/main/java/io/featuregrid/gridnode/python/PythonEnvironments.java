package io.featuregrid.gridnode.python;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Environments with what functions require, each installed once: a virtual environment over the node's Python. Safe for use by several
 * threads; two never install at once.
 */
final class PythonEnvironments {
    private static final Logger LOG = LoggerFactory.getLogger(PythonEnvironments.class);
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final Duration RETRY = Duration.ofMinutes(1);
    private static final int SHOWN = 1_500;

    private final Supplier<String> command;
    private final Path folder;
    private final Map<String, Failure> failures = new HashMap<>();

    private record Failure(String reason, long nanos) {}

    PythonEnvironments(Supplier<String> command, Path folder) {
        this.command = command;
        this.folder = folder;
    }

    /**
     * The Python that has what is required.
     *
     * @throws IllegalStateException if it cannot be installed, with the end of what pip says; for a minute nobody tries again
     */
    synchronized String python(List<String> requirements) {
        String python = command.get();
        if (requirements.isEmpty()) {
            return python;
        }
        String name = name(python, requirements);
        Path target = folder.resolve(name);
        Path own = target.resolve("bin").resolve("python");
        if (Files.isRegularFile(target.resolve("complete"))) {
            return own.toString();
        }
        Failure known = failures.get(name);
        if (known != null && System.nanoTime() - known.nanos() < RETRY.toNanos()) {
            throw new IllegalStateException(known.reason());
        }
        LOG.info("installing {} for Python functions ...", requirements);
        try {
            Files.createDirectories(folder);
            run(List.of(python, "-m", "venv", "--clear", "--system-site-packages", target.toString()));
            shareLibraries(python, own, target);
            List<String> install = new ArrayList<>(List.of(
                    own.toString(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"));
            install.addAll(requirements);
            run(install);
            Files.writeString(target.resolve("complete"), String.join("\n", requirements));
            LOG.info("installed {}", requirements);
            failures.remove(name);
            return own.toString();
        } catch (IOException | IllegalStateException failure) {
            String reason = "the requirements " + requirements + " cannot be installed: " + failure.getMessage();
            LOG.warn("{}", reason);
            failures.put(name, new Failure(reason, System.nanoTime()));
            throw new IllegalStateException(reason, failure);
        }
    }

    /** The node's Python may be a virtual environment itself, whose packages its own environments do not see. */
    private static void shareLibraries(String python, Path own, Path target) throws IOException {
        String paths = run(List.of(
                python,
                "-c",
                "import sysconfig; print(sysconfig.get_path('purelib')); print(sysconfig.get_path('platlib'))"));
        String library = run(List.of(own.toString(), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))
                .strip();
        Files.writeString(Path.of(library).resolve("node.pth"), paths);
        if (!Path.of(library).startsWith(target)) {
            throw new IOException(library + " does not lie in " + target);
        }
    }

    private static String run(List<String> command) throws IOException {
        Path output = Files.createTempFile("featuregrid-pip", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            String text = Files.readString(output);
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException(
                        text.length() <= SHOWN
                                ? text.strip()
                                : text.substring(text.length() - SHOWN).strip());
            }
            return text;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static String name(String python, List<String> requirements) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((python + "\n" + String.join("\n", requirements)).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 32);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
