package io.featuregrid.ops.cli;

import io.featuregrid.ops.node.NodeAddress;
import java.nio.file.Path;

/** A node in the words that a person reads. */
final class NodeText {
    private NodeText() {}

    static String ready(NodeAddress node, Path home) {
        return "node " + node.pid() + " is ready: HTTP " + node.http() + ", Flight " + node.flight() + ", home " + home;
    }
}
