package io.featuregrid.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.ops.node.NodeAddress;
import io.featuregrid.ops.node.RunningNode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "status",
        description = "Tells whether a node runs in a home folder, and whether it is ready.",
        footer = {
            "",
            "With --json: {\"nodes\": [{\"pid\":, \"http\":, \"flight\":, \"ready\":, \"reason\":}]}; no node, no element.",
            "",
            "Example:",
            "  featuregrid status --json"
        })
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home = new HomeOption();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public Integer call() {
        Path folder = home.folder();
        Optional<RunningNode> node = RunningNode.find(folder);
        if (json.isGiven()) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            var nodes = answer.putArray("nodes");
            node.ifPresent(running -> nodes.add(describe(running)));
            System.out.println(answer);
        } else if (node.isEmpty()) {
            System.out.println("no node runs in " + folder);
        } else {
            System.out.println(tell(node.get(), folder));
        }
        return 0;
    }

    private static ObjectNode describe(RunningNode running) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("pid", running.pid());
        node.put("http", running.address().map(NodeAddress::http).orElse(null));
        node.put("flight", running.address().map(NodeAddress::flight).orElse(null));
        node.put("thin", running.address().map(NodeAddress::thin).orElse(null));
        Optional<String> reason = running.reasonNotReady();
        node.put("ready", reason.isEmpty());
        node.put("reason", reason.orElse(null));
        return node;
    }

    private static String tell(RunningNode running, Path folder) {
        Optional<String> reason = running.reasonNotReady();
        if (running.address().isPresent() && reason.isEmpty()) {
            return NodeText.ready(running.address().get(), folder);
        }
        return "node " + running.pid() + " is not ready: " + reason.orElse("unknown") + ", home " + folder;
    }
}
