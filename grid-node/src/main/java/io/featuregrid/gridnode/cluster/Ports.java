package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The three ports of a node, free when they were looked at. Ignite takes no port 0, so free ones are found before it starts; in the rare
 * case that another process takes one in between, the start fails and says so.
 */
record Ports(int thin, int discovery, int communication) {
    /**
     * Finds free ports where the addresses ask for any, and checks those that they name.
     *
     * @throws FeatureGridException CONFLICT if a port that is named is taken or the host is none of this machine
     */
    static Ports find(GridAddresses addresses) {
        // All are held until all are found, or the same one could be found twice.
        List<ServerSocket> held = new ArrayList<>();
        try {
            return new Ports(
                    hold(held, addresses.host(), addresses.thinPort(), "thin clients"),
                    hold(held, addresses.host(), addresses.discoveryPort(), "discovery"),
                    hold(held, addresses.host(), addresses.communicationPort(), "communication"));
        } finally {
            held.forEach(Ports::free);
        }
    }

    private static int hold(List<ServerSocket> held, String host, int port, String purpose) {
        try {
            ServerSocket socket = new ServerSocket();
            held.add(socket);
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return socket.getLocalPort();
        } catch (IOException taken) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "port " + port + " on " + host + ", for the grid's " + purpose + ", cannot be had: "
                            + taken.getMessage() + " (expected a port that is free: stop what listens there, or set"
                            + " another, or 0 for any)",
                    taken);
        }
    }

    private static void free(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // Nothing was accepted, so nothing is lost.
        }
    }
}
