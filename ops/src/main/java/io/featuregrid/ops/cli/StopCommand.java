package io.featuregrid.ops.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.ops.node.NodeAddress;
import io.featuregrid.ops.node.RunningNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "stop",
        description = "Stops the node of a home folder, and waits until it has ended (at most 30 s).",
        footer = {
            "",
            "Fails with status 1 if no node runs there. With --json: {\"nodes\": [{\"pid\":, \"http\":, \"flight\":}]}.",
            "",
            "Example:",
            "  featuregrid stop --home /data/features"
        })
final class StopCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Mixin
    private HomeOption home = new HomeOption();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public Integer call() {
        Path folder = home.folder();
        RunningNode node = RunningNode.find(folder)
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "no node runs in " + folder + " (expected one: is it another --home?)"));
        if (!node.stop(LIMIT)) {
            throw new FeatureGridException(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "node " + node.pid() + " still runs " + LIMIT.toSeconds() + " s after it was asked to stop");
        }
        if (json.isGiven()) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            ArrayNode nodes = answer.putArray("nodes");
            nodes.add(node.address()
                    .map(NodeAddress::json)
                    .orElseGet(() -> JsonNodeFactory.instance.objectNode().put("pid", node.pid())));
            System.out.println(answer);
        } else {
            System.out.println("node " + node.pid() + " has stopped");
        }
        return 0;
    }
}
