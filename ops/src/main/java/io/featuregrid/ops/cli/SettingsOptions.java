package io.featuregrid.ops.cli;

import io.featuregrid.ops.node.NodeLaunch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings that a node starts with. */
final class SettingsOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "A YAML file with settings.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting, like http.port=0; goes before the file's. May be repeated.")
    private List<String> assignments = new ArrayList<>();

    NodeLaunch launch(Path home) {
        return new NodeLaunch(home, config, assignments);
    }
}
