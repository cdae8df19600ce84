package io.featuregrid.gridnode.ingest;

import java.time.Duration;
import java.util.Map;

/** Carries requests to the nodes of the grid, this one among them. Safe for use by several threads. */
public interface LogMessages {
    /**
     * Asks nodes at the same time and waits for all.
     *
     * @param requests by node
     * @param limit how long to wait; what has not answered by then has {@link LogReply.Failed}
     * @return a reply a node. {@link LogReply.Gone} means that the node left the grid: the request may have been carried out or not, but
     *     nothing of it will be carried out from now on. After {@link LogReply.Failed} it may still be
     */
    Map<String, LogReply> call(Map<String, LogRequest> requests, Duration limit);
}
