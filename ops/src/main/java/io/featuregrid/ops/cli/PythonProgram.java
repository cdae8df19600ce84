package io.featuregrid.ops.cli;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Python with the package {@code featuregrid} of this checkout; the launcher says by environment where both are. */
final class PythonProgram {
    private PythonProgram() {}

    /** The checkout's folder. */
    static Path root() {
        return environment("FEATUREGRID_ROOT")
                .map(Path::of)
                .filter(Files::isDirectory)
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "FEATUREGRID_ROOT is " + environment("FEATUREGRID_ROOT").orElse("not set")
                                + " (expected the project's folder: start with bin/featuregrid)"));
    }

    /** The Python to run. */
    static String executable() {
        return environment("FEATUREGRID_PYTHON").orElse("python3");
    }

    /** A process that runs Python with these arguments in the current folder. */
    static ProcessBuilder with(List<String> arguments) {
        return withPackage(new ProcessBuilder(commandLine(arguments)));
    }

    /** The same, but Ctrl-C on the terminal leaves it alone: whoever started it ends it. */
    static ProcessBuilder deafToInterrupts(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
        command.addAll(commandLine(arguments));
        return withPackage(new ProcessBuilder(command));
    }

    private static List<String> commandLine(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(executable()));
        command.addAll(arguments);
        return command;
    }

    private static ProcessBuilder withPackage(ProcessBuilder builder) {
        String folder = root().resolve("python").toString();
        Map<String, String> environment = builder.environment();
        String path = environment.getOrDefault("PYTHONPATH", "");
        if (!Arrays.asList(path.split(File.pathSeparator, -1)).contains(folder)) {
            environment.put("PYTHONPATH", path.isEmpty() ? folder : folder + File.pathSeparator + path);
        }
        return builder;
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }
}
