package io.featuregrid.ops.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the command line in processes of its own, as bin/featuregrid does. */
final class Launcher {
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> options = new ArrayList<>();

    /** What a command left behind. */
    record Ended(int status, List<String> out, List<String> errors) {
        String lastLine() {
            return out.isEmpty() ? "" : out.getLast();
        }
    }

    /** @param folder gets the home folder and temporary files */
    Launcher(Path folder) {
        this.folder = folder;
        environment.put("FEATUREGRID_HOME", home().toString());
    }

    Path home() {
        return folder.resolve("home");
    }

    Launcher with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Launcher withJvmOption(String option) {
        options.add(option);
        return this;
    }

    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            // An agent of the test's process would write where that one writes.
            if (!option.startsWith("-javaagent")) {
                command.add(option);
            }
        }
        // Short lives: what starts fast is worth more than what runs fast.
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.add("-Djava.io.tmpdir=" + folder);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("FEATUREGRID_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        return end(start(arguments));
    }

    /** Everything that a process writes until its end. A node that it leaves behind must not hold its output open. */
    static Ended end(Process process) throws IOException, InterruptedException {
        List<String> errors = new ArrayList<>();
        Thread reader = Thread.ofVirtual()
                .start(() -> process.errorReader(StandardCharsets.UTF_8).lines().forEach(errors::add));
        List<String> out;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            out = lines.lines().toList();
        }
        int status = process.waitFor();
        reader.join();
        return new Ended(status, out, errors);
    }
}
