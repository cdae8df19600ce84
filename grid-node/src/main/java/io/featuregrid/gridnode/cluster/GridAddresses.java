package io.featuregrid.gridnode.cluster;

import java.util.List;

/**
 * Where a node of the grid listens, and where it looks for the others.
 *
 * @param host the address that every port of the grid binds to
 * @param thinPort for thin clients, which may read feature sets; 0 for a free one
 * @param discoveryPort by which nodes find each other; 0 for a free one
 * @param communicationPort by which nodes talk; 0 for a free one
 * @param peers discovery addresses of other nodes, {@code host:port} each; none for a grid that starts with this node
 */
public record GridAddresses(String host, int thinPort, int discoveryPort, int communicationPort, List<String> peers) {
    public GridAddresses {
        peers = List.copyOf(peers);
    }

    /** Free ports on loopback. */
    public static GridAddresses loopback(List<String> peers) {
        return new GridAddresses("127.0.0.1", 0, 0, 0, peers);
    }
}
