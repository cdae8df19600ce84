package io.featuregrid.ops.cli;

import io.featuregrid.ops.node.NodeAddress;
import io.featuregrid.ops.node.NodeLaunch;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "start",
        description = "Starts a node. In the foreground it runs until Ctrl-C or SIGTERM, and then ends with status 0.",
        footer = {
            "",
            "With --json: {\"pid\":, \"http\": \"host:port\", \"flight\": \"host:port\"}, as in DIR/node.json while the node runs.",
            "",
            "Examples:",
            "  featuregrid start",
            "  featuregrid start --detach --home /data/features --set http.port=0 --set flight.port=0 --json",
            "  featuregrid start --config node.yaml"
        })
final class StartCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home = new HomeOption();

    @Mixin
    private SettingsOptions settings = new SettingsOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(
            names = "--detach",
            description =
                    "Leave the node running in the background, and return when it is ready. Its log: DIR/logs/node.log.")
    private boolean detached;

    @Override
    public Integer call() throws Exception {
        NodeLaunch launch = settings.launch(home.folder());
        launch.check();
        if (detached) {
            tell(new DetachedStart(launch).run(), launch.home());
            return 0;
        }
        try (NodeRun run = new NodeRun()) {
            tell(run.start(launch).address(), launch.home());
            run.awaitSignal();
        }
        return 0;
    }

    private void tell(NodeAddress node, Path folder) {
        PrintStream out = System.out;
        out.println(json.isGiven() ? node.json().toString() : NodeText.ready(node, folder));
        out.flush();
    }
}
