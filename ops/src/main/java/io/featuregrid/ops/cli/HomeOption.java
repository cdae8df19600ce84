package io.featuregrid.ops.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The folder of the node that a command is about. */
final class HomeOption {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "The folder of the node's state. Default: FEATUREGRID_HOME, else ~/.featuregrid.")
    private @Nullable Path home;

    boolean isGiven() {
        return home != null;
    }

    Path folder() {
        if (home != null) {
            return home.toAbsolutePath().normalize();
        }
        String environment = System.getenv("FEATUREGRID_HOME");
        Path folder = environment == null || environment.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".featuregrid")
                : Path.of(environment);
        return folder.toAbsolutePath().normalize();
    }
}
